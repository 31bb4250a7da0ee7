"""What changed between two versions of a package, and which version that asks for."""

from returnees.diff.applying import apply
from returnees.diff.csvform import read_csv
from returnees.diff.places import open_place, open_places
from returnees.diff.plan import PackageDiff, diff
from returnees.diff.tables import Change, TableDiff
from returnees.diff.versions import Bump

__all__ = ["Bump", "Change", "PackageDiff", "TableDiff", "apply", "diff", "open_place", "open_places", "read_csv"]
