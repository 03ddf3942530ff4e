"""Which misprints the other printed numbers exclude: told without the checks that are measured.

For each number the others of a relation are drawn at random within the values that print as they do (or enumerated,
where they are counts); a misprint goes *beyond* its rounding if it prints none of the values that result. What the
authors know (the test they made, whether values are missing) is taken as known; an unprinted denominator is free.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from scipy import stats

from peritrace.claims import Claim
from peritrace.published import NumberCell
from tests.bench.draws import Z, apart, disagree, effect_values, ends, fractions_of_quantile, is_percent, spread, within
from tests.bench.habits import p_of_counts
from tests.bench.printed_tables import TableSet

Excludes = Callable[[str], bool]  # whether a text can't stand in the place of the printed one
PARTS = {"ratio": "ratio", "ratio-low": "low", "ratio-high": "high", "prediction": "p"}
SHARES = {"lower-quartile": 0.25, "median": 0.5, "upper-quartile": 0.75}
OF_COUNTS = ("fisher", "chi-square", "chi-square-yates")


class Ties:
    """The relations of each printed number of a table set."""

    def __init__(self, tables: TableSet, rng: np.random.Generator) -> None:
        self.tables = tables
        self.rng = rng
        self.group = tables.group.name
        self.copies: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
        for claim in tables.published.claims:
            self.copies[claim.subject].append(claim)

    def of(self, claim: Claim) -> list[Excludes]:
        """What binds a number: its repetitions, and for the first printing what else the tables hold."""
        copies = self.copies[claim.subject]
        found: list[Excludes] = []
        others = [copy.reported for copy in copies if copy.claim_id != claim.claim_id]
        if others:
            found.append(lambda text: any(disagree(text, other) for other in others))
        if claim.claim_id == copies[0].claim_id:
            found += self._own(claim)
        return found

    def _own(self, claim: Claim) -> Iterator[Excludes]:
        if claim.quantity == "count" and not claim.variable:
            return self._size(claim)
        if claim.quantity == "count":
            return self._count(claim)
        if claim.quantity == "share":
            return self._share(claim)
        if claim.quantity in PARTS:
            return self._effect(claim)
        if claim.quantity == "association":
            return self._association(claim)
        if claim.quantity.startswith("survival-median"):
            return self._ordered(claim, ("survival-median-low", "survival-median", "survival-median-high"))
        return self._mean(claim) if claim.quantity in ("mean", "standard-deviation") else self._quantile(claim)

    def get(self, quantity: str, variable: str = "", level: str = "", group: str = "", group_level: str = "") -> str:
        """The first printing of a number; empty where there is none."""
        found = self.copies.get((quantity, variable, level, group, group_level, "", ""), [])
        return found[0].reported if found else ""

    def size(self, group: str, group_level: str) -> int:
        return int(self.get("count", "", "", group, group_level))

    def gaps(self, variable: str) -> bool:
        return variable in self.tables.cohort.factors and self.tables.gaps(variable)

    def by_group(self, quantity: str, variable: str = "", level: str = "") -> dict[str, str]:
        """A number of each group."""
        return {name: self.get(quantity, variable, level, self.group, name) for name in self.tables.group.levels}

    def _over_groups(self, claim: Claim) -> Iterator[Excludes]:
        """The groups add up to the whole."""
        parts = self.by_group("count", claim.variable, claim.level)
        total = self.get("count", claim.variable, claim.level)
        if total and all(parts.values()):

            def excludes(text: str) -> bool:
                changed = parts | {claim.group_level: text} if claim.group else parts
                return sum(map(int, changed.values())) != int(total if claim.group else text)

            yield excludes

    def _column(self, claim: Claim) -> tuple[dict[str, int], dict[str, str]]:
        """Counts and percentages of the levels of a variable in the column of a claim."""
        where = (claim.group, claim.group_level)
        names = [key[2] for key in self.copies if key[:2] == ("count", claim.variable) and key[3:5] == where]
        counts = {name: int(self.get("count", claim.variable, name, *where)) for name in names}
        shares = {name: self.get("share", claim.variable, name, *where) for name in names}
        return counts, {name: share for name, share in shares.items() if share}

    def _fits(self, variable: str, counts: dict[str, int], shares: dict[str, str], size: int) -> bool:
        """Whether counts, percentages and size of one variable in one column go together."""
        total, complete = sum(counts.values()), len(counts) > 1
        if total > size:
            return False
        if not self.gaps(variable):
            whole = total == size or not complete
            return whole and all(is_percent(share, counts[level], size) for level, share in shares.items())
        if complete:
            return all(is_percent(share, counts[level], total) for level, share in shares.items())
        return all(
            any(is_percent(share, counts[level], n) for n in range(max(counts[level], 1), size + 1))
            for level, share in shares.items()
        )

    def _share(self, claim: Claim) -> Iterator[Excludes]:
        counts, shares = self._column(claim)
        size = self._size_of(claim)
        yield lambda text: not self._fits(claim.variable, counts, shares | {claim.level: text}, size)

    def _size_of(self, claim: Claim) -> int:
        printed = self.get("count", "", "", claim.group, claim.group_level)
        return int(printed) if printed else self.tables.cohort.n

    def _count(self, claim: Claim) -> Iterator[Excludes]:
        counts, shares = self._column(claim)
        size = self._size_of(claim)
        yield lambda text: not self._fits(claim.variable, counts | {claim.level: int(text)}, shares, size)
        yield from self._over_groups(claim)
        if claim.level == "event":
            yield lambda text: self._too_few(claim, text)
            return
        test, level = self.tables.test_of.get(claim.variable, ""), claim.level if len(counts) == 1 else ""
        p = self.get("association", claim.variable, level, claim.group)
        if claim.group and p and test in OF_COUNTS and not (level and self.gaps(claim.variable)):
            yield lambda text: not self._prints(p, self._table(claim, text), test)

    def _table(self, claim: Claim, text: str = "") -> list[list[int]]:
        """Printed counts of a variable by group; a single level against the rest of each group."""
        names = dict.fromkeys(key[2] for key in self.copies if key[:2] == ("count", claim.variable))
        rows = []
        for name in names:
            printed = self.by_group("count", claim.variable, name)
            if text and name == claim.level:
                printed[claim.group_level] = text
            rows.append([int(count) for count in printed.values()])
        if len(rows) == 1:
            sizes = self.by_group("count").values()
            rows.append([int(n) - k for n, k in zip(sizes, rows[0], strict=True)])
        return rows

    def _prints(self, p_text: str, table: list[list[int]], test: str) -> bool:
        if min(map(min, table)) < 0:
            return False
        try:
            p = p_of_counts(table, test)
        except ValueError:
            return True  # nothing to test, nothing to say
        return not apart((p, p), spread(p_text))

    def _size(self, claim: Claim) -> Iterator[Excludes]:
        yield from self._over_groups(claim)
        where = (claim.group, claim.group_level)
        for variable in dict.fromkeys(key[1] for key in self.copies if key[0] == "count" and key[3:5] == where):
            if variable:
                yield self._size_excluded(variable, *self._column(replace(claim, variable=variable)))

    def _size_excluded(self, variable: str, counts: dict[str, int], shares: dict[str, str]) -> Excludes:
        return lambda text: not self._fits(variable, counts, shares, int(text))

    def _too_few(self, claim: Claim, text: str) -> bool:
        """Whether every draw of some row's limits needs more events."""
        arms = self.by_group("count", claim.variable, "event")
        arms = arms | {claim.group_level: text} if claim.group else arms
        total = text if not claim.group else self.get("count", claim.variable, "event")
        if not total and all(arms.values()):
            total = str(sum(map(int, arms.values())))
        for effect in self.tables.effects:
            if effect.endpoint == claim.variable:
                width = np.log(within(effect.high, self.rng)) - np.log(within(effect.low, self.rng))
                variance = (width / (2 * Z)) ** 2
                pair = [int(events) for events in arms.values() if events not in ("", "0")]
                two = claim.group and effect.variable == self.group and len(arms) == len(pair) == 2
                if two and (1 / pair[0] + 1 / pair[1] > variance).all():
                    return True
                if total and (int(total) == 0 or (4 / int(total) > variance).all()):
                    return True
        return False

    def _effect(self, claim: Claim) -> Iterator[Excludes]:
        name = (claim.variable, claim.group, claim.group_level, claim.model)
        effect = next(e for e in self.tables.effects if (e.endpoint, e.variable, e.level, e.model) == name)
        wald = self.tables.habits.effect_p == "wald" or effect.model != "univariable"
        values = ends(effect_values(effect, PARTS[claim.quantity], wald, self.rng))
        yield lambda text: apart(spread(text), values)

    def _association(self, claim: Claim) -> Iterator[Excludes]:
        test = self.tables.test_of[claim.variable]
        if test in ("t-test", "welch"):
            values = ends(self._t_draws(claim))
            yield lambda text: apart(spread(text), values)
        elif test in OF_COUNTS and not (self.gaps(claim.variable) and claim.level):
            table = self._table(claim)
            yield lambda text: not self._prints(text, table, test)

    def _cells(self, variable: str) -> list[tuple[NumberCell, int]]:
        """The summaries of each group, with the number of patients measured."""
        cells = [cell for cell in self.tables.numbers if cell.variable == variable and cell.group]
        return [(cell, int(cell.n) if cell.n else self.size(cell.group, cell.group_level)) for cell in cells]

    def _t_draws(self, claim: Claim, text: str = "") -> np.ndarray:
        """P values of the t test over draws of both means and standard deviations."""
        drawn: list[np.ndarray | int] = []
        for cell, n in self._cells(claim.variable):
            mine = text and cell.group_level == claim.group_level
            mean = text if mine and claim.quantity == "mean" else cell.mean
            sd = text if mine and claim.quantity == "standard-deviation" else cell.sd
            drawn += [within(mean, self.rng), within(sd, self.rng), n]
        return np.asarray(stats.ttest_ind_from_stats(*drawn, equal_var=self.tables.habits.equal_variance).pvalue)

    def _quantile(self, claim: Claim) -> Iterator[Excludes]:
        yield from self._ordered(claim, tuple(SHARES))
        where = (claim.variable, claim.group, claim.group_level)
        cell = next(c for c in self.tables.numbers if (c.variable, c.group, c.group_level) == where)
        if cell.whole == "yes" and not cell.n:
            parts = fractions_of_quantile(self.size(*where[1:]), SHARES[claim.quantity], self.rng)

            def between_whole_numbers(text: str) -> bool:
                below = np.floor(float(text))
                values = [below + whole + part for part in parts for whole in (-1, 0, 1)]
                return all(apart(spread(text), (value, value)) for value in values)

            yield between_whole_numbers
        if claim.quantity == "median" and self.get("median", claim.variable):
            yield lambda text: self._outside_groups(claim, text)

    def _outside_groups(self, claim: Claim, text: str) -> bool:
        """The median of all lies between those of the groups."""
        arms = self.by_group("median", claim.variable)
        arms = arms | {claim.group_level: text} if claim.group else arms
        printed = [spread(arm) for arm in arms.values() if arm]
        whole = self.get("median", claim.variable) if claim.group else text
        return apart(spread(whole), (min(low for low, _ in printed), max(high for _, high in printed)))

    def _ordered(self, claim: Claim, quantities: tuple[str, ...]) -> Iterator[Excludes]:
        texts = [self.get(q, claim.variable, "", claim.group, claim.group_level) for q in quantities]
        place = quantities.index(claim.quantity)
        below, above = [t for t in texts[:place] if t], [t for t in texts[place + 1 :] if t]
        if below or above:

            def falls(text: str) -> bool:
                low, high = spread(text)
                return any(spread(t)[0] > high for t in below) or any(low > spread(t)[1] for t in above)

            yield falls

    def _mean(self, claim: Claim) -> Iterator[Excludes]:
        where = (claim.variable, claim.group, claim.group_level)
        cell = next(c for c in self.tables.numbers if (c.variable, c.group, c.group_level) == where)
        n = int(cell.n) if cell.n else self.size(*where[1:])
        if claim.quantity == "mean" and cell.whole == "yes":

            def of_no_sum(text: str) -> bool:
                low, high = spread(text)
                return all(apart((low, high), (s / n, s / n)) for s in range(int(low * n) - 1, int(high * n) + 2))

            yield of_no_sum
        p = self.get("association", claim.variable, "", self.group)
        if claim.group and p:
            yield lambda text: apart(spread(p), ends(self._t_draws(claim, text)))
        if claim.quantity == "mean" and self.get("mean", claim.variable):
            yield lambda text: self._not_pooled(claim, text)

    def _not_pooled(self, claim: Claim, text: str) -> bool:
        """The mean of all is that of the groups, weighted by their patients."""
        pooled = [0.0, 0.0]
        cells = self._cells(claim.variable)
        for cell, n in cells:
            printed = spread(text if claim.group and cell.group_level == claim.group_level else cell.mean)
            pooled = [pooled[end] + printed[end] * n / sum(size for _, size in cells) for end in (0, 1)]
        whole = self.get("mean", claim.variable) if claim.group else text
        return apart(spread(whole), (pooled[0], pooled[1]))
