"""The covariates of a regression: checked, put on a common scale, and looked at for separation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

DEPENDENT = 1e-10  # smallest eigenvalue of a correlation matrix that is not taken for zero

NOT_CONVERGED = "the search for the maximum of the likelihood did not converge; the values are those of its last step"


@dataclass(frozen=True)
class Design:
    """Covariates (n, k) as given and, in `scaled`, less their mean in units of `scale`, their standard deviation."""

    names: tuple[str, ...]
    values: Array
    scaled: Array
    scale: Array

    @classmethod
    def of(cls, covariates: ArrayLike, names: Sequence[str], n: int) -> "Design":
        """Check covariates (n, k), or (n,) for a single one. Raises ValueError, naming the covariate."""
        values = np.asarray(covariates, dtype=np.float64)
        values = values[:, None] if values.ndim == 1 else values
        if values.shape != (n, len(names)) or not names:
            raise ValueError(
                f"{len(names)} covariate names and {n} patients don't fit a table of shape {values.shape}; "
                "give one row per patient and one column per name"
            )
        if len(set(names)) < len(names):
            raise ValueError("two covariates bear the same name; give each its own")
        for name, column in zip(names, values.T, strict=True):
            if not np.all(np.isfinite(column)):
                raise ValueError(f"{name} has missing or infinite values; leave these patients out first")
            if np.all(column == column[0]):
                raise ValueError(f"{name} has the same value in every patient; leave it out of the model")
        scale = values.std(axis=0)
        return cls(tuple(names), values, (values - values.mean(axis=0)) / scale, scale)


def binary(values: ArrayLike, what: str) -> Flags:
    """0/1 or True/False values (n,) as flags; raises ValueError for anything else (1/2 codes, missing)."""
    given = np.asarray(values)
    numbers = given.astype(np.float64)
    if given.ndim != 1 or not np.all((numbers == 0) | (numbers == 1)):
        raise ValueError(f"{what} must be 0 or 1 for every patient; recode it and leave missing values out")
    return np.asarray(numbers == 1)


def refuse_uninformative(information: Array, names: Sequence[str], whose: str) -> None:
    """Raise ValueError for a covariate without information, or covariates of which one follows from the others.

    information: (k, k), of covariates with standard deviation 1; `whose` says who carries the information.
    """
    own = np.diag(information)
    for name, amount in zip(names, own, strict=True):
        if amount <= DEPENDENT:
            raise ValueError(f"{name} has the same value in {whose}; leave it out of the model")
    correlation = information / np.sqrt(np.outer(own, own))
    eigenvalues, eigenvectors = np.linalg.eigh(correlation)
    if eigenvalues[0] < DEPENDENT:
        bound = ", ".join(name for name, share in zip(names, eigenvectors[:, 0], strict=True) if abs(share) > 1e-4)
        raise ValueError(f"of the covariates {bound} one follows from the others; leave one of them out")


def separation_warning(design: Design, endless: Flags, absent: Mapping[str, Flags]) -> str:
    """Why the coefficients flagged in `endless` (k,) have no finite maximum likelihood estimate.

    `absent` maps a phrase ("no events") to the patients (n,) of whom a two-valued covariate's level must have none.
    """
    reasons = [
        f"{phrase} in {name} = {level:g}"
        for name, column in zip(design.names, design.values.T, strict=True)
        if len(levels := np.unique(column)) == 2
        for level in levels
        for phrase, patients in absent.items()
        if not patients[column == level].any()
    ]
    if not reasons:
        growing = [name for name, flag in zip(design.names, endless, strict=True) if flag]
        reasons = [", ".join(growing) + (" tells" if len(growing) == 1 else " together tell")]
        reasons[0] += " the patients with an event apart from all others"
    return " and ".join(reasons) + ": the maximum likelihood estimate is infinite; see Firth's estimate"
