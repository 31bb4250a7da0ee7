from returnees.testing import package_tests

test_package = package_tests(__file__)
