"""Citations: who says a figure, in which work, where it was read, and which package passed it on."""

from returnees.citing.gather import MOST_NAMED, Citation, PackageWork, Reading, Work, citation
from returnees.citing.plan import FORMATS, cite

__all__ = ["FORMATS", "MOST_NAMED", "Citation", "PackageWork", "Reading", "Work", "citation", "cite"]
