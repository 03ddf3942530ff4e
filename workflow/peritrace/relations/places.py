"""One quantity printed in several places, and the words that sum numbers up: do the places agree?"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from peritrace.claims import Claim
from peritrace.formats import format_number
from peritrace.printed import DIRECTION_WORDS, Printed
from peritrace.relations.index import Index, who
from peritrace.relations.relation import IMPOSSIBLE, NOT_REPRODUCIBLE, UNUSUAL, Outcome, Relation, Values, fits
from peritrace.words import counted, listing

_APART = ("effect-direction", "direction", "every-association", "every-prediction")  # words alone


def place_relations(index: Index) -> Iterator[Relation]:
    """Every relation between a number and its repetitions, and between words and the numbers that they speak of."""
    yield from _repetitions(index)
    yield from _summaries(index)
    yield from _factors(index)
    yield from _effect_directions(index)
    yield from _directions(index)
    yield from _differences(index)


def _repetitions(index: Index) -> Iterator[Relation]:
    subjects: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    for claim in index.claims.values():
        if claim.quantity not in _APART and claim.quantity != "window":
            # a value is the same only where the words for it are
            subjects[(*claim.subject, claim.unit)].append(claim)
    for claims in subjects.values():
        if len(claims) >= 2:
            yield _same(claims)


def _same(claims: list[Claim]) -> Relation:
    names = tuple(claim.claim_id for claim in claims)
    places = {claim.claim_id: claim.location for claim in claims}

    def check(values: Values) -> Outcome:
        strays = _strays({name: values[name] for name in names})
        if not strays:
            texts = {values[name].text.casefold() for name in names}
            if len(texts) == 1:
                return fits(f"Printed alike in {counted(len(names), 'place')}.")
            agreeing = [f"{values[name].text} ({places[name]})" for name in names[:3]]
            return fits(f"The places agree: {listing(agreeing)}.")
        rest = [name for name in names if name not in strays]
        elsewhere = listing([f"{values[name].text} ({places[name]})" for name in rest[:3]])
        if not rest:
            elsewhere = listing([f"{values[name].text} ({places[name]})" for name in names[:4]])
            grade = NOT_REPRODUCIBLE if values[names[0]].kind == "term" else IMPOSSIBLE
            return Outcome(grade, f"The same quantity is printed differently: {elsewhere}.")
        told = listing([f"{values[name].text} ({places[name]})" for name in strays])
        text = f"The same quantity is printed as {told} and as {elsewhere}."
        shown = values[rest[0]].text
        grade = NOT_REPRODUCIBLE if values[rest[0]].kind == "term" else IMPOSSIBLE
        return Outcome(grade, text, method="the same elsewhere", shown=shown, suspects=strays)

    claim = claims[0]
    subject = (
        f"{claim.quantity.replace('-', ' ')} of {who(claim.variable, claim.level, claim.group, claim.group_level)}"
    )
    return Relation("same", subject, names, check)


def _strays(values: dict[str, Printed]) -> tuple[str, ...]:
    """The members that disagree with the majority; all of them where there is none."""
    printed = {(value.kind, value.text.casefold()): value for value in values.values()}  # each text once
    times = Counter((value.kind, value.text.casefold()) for value in values.values())
    like = {a: [b for b, other in printed.items() if _alike(one, other)] for a, one in printed.items()}
    if all(len(alike) == len(printed) for alike in like.values()):
        return ()
    friends = {
        name: sum(times[text] for text in like[value.kind, value.text.casefold()]) for name, value in values.items()
    }
    most = max(friends.values())
    strays = tuple(name for name, count in friends.items() if count < most)
    return strays or tuple(values)


def _alike(one: Printed, other: Printed) -> bool:
    """Whether two printed numbers can be the same: equal words, or values in common."""
    if one.kind == "term" or other.kind == "term":
        return one.text.casefold() == other.text.casefold()
    scales = {"percent": 100.0, "share": 1.0}
    if {one.kind, other.kind} == set(scales):
        share, percent = (one, other) if one.kind == "share" else (other, one)
        return percent.values.low / 100 <= share.values.high and share.values.low <= percent.values.high / 100
    if one.kind in ("share", "amount", "direction", "date") or other.kind in ("share", "amount", "direction", "date"):
        return one.kind != other.kind or one.text.casefold() == other.text.casefold() or one.kind in ("amount", "date")
    if one.relation == other.relation == "=" and (one.kind, one.decimals) == (other.kind, other.decimals):
        return one.value == other.value  # 50 and 51 are not both 50.5
    return one.values.meets(other.values)


def _summaries(index: Index) -> Iterator[Relation]:
    """ "No significant difference" about a whole table of tests or a whole model."""
    for claim in index.of("every-association"):
        tests = [c for c in index.published.claims if c.quantity == "association" and c.group == claim.group]
        in_text = [c.claim_id for c in tests if c in index.published.stated]
        in_tables = [c.claim_id for c in tests if c.claim_id not in in_text]
        if in_tables:
            yield _every(index, f"all characteristics by {claim.group}", claim.claim_id, in_tables, in_text)
    for claim in index.of("every-prediction"):
        names = _p_values_of_model(index, claim.variable, claim.model)
        if names:
            yield _every(index, f"all factors for {claim.variable} ({claim.model})", claim.claim_id, names)


def _p_values_of_model(index: Index, endpoint: str, model: str) -> list[str]:
    """The first printed P value of each covariate of a model."""
    found: dict[tuple[str, str], str] = {}
    for claim in index.of("prediction"):
        if (claim.variable, claim.model) == (endpoint, model):
            found.setdefault((claim.group, claim.group_level), claim.claim_id)
    return list(found.values())


def _every(index: Index, subject: str, summary: str, names: list[str], besides: Sequence[str] = ()) -> Relation:
    """A summary of the P values of a table or model; what the text says `besides` speaks against it less strongly."""
    groups = {name: index.claims[name].variable for name in (*names, *besides)}
    if index.claims[names[0]].quantity == "prediction":
        groups = {name: index.claims[name].group for name in names}

    def check(values: Values) -> Outcome:
        wanted = values[summary].values
        against = [name for name in names if not _on_side(values[name], wanted.low >= 0.05)]
        nearest = min(names, key=lambda name: values[name].values.low)
        shown = f"smallest of {len(names)}: P = {values[nearest].text}" if values[nearest].value is not None else ""
        apart = [name for name in besides if not _on_side(values[name], wanted.low >= 0.05)]
        if not against and apart:
            told = listing([f"{groups[name]} ({values[name].text})" for name in apart])
            text = f"The {len(names)} P values of the table say so, but not what the text says of {told}."
            return Outcome(UNUSUAL, text, "", "printed P values", shown)
        if not against:
            return fits(f"All {len(names)} printed P values say so; the {shown}.", "printed P values", shown)
        told = listing([f"{groups[name]} (P = {values[name].text})" for name in against[:4]])
        text = f"{counted(len(against), 'printed P value says', 'printed P values say')} otherwise: {told}."
        return Outcome(NOT_REPRODUCIBLE, text, method="printed P values", shown=shown, suspects=(summary,))

    return Relation("words", subject, (summary, *names, *besides), check, computes=summary)


def _on_side(p: Printed, not_significant: bool) -> bool:
    """Whether a P value may lie on the stated side of 0.05."""
    return p.values.high > 0.05 if not_significant else p.values.low < 0.05


def _factors(index: Index) -> Iterator[Relation]:
    for claim in index.of("factors"):
        names = _p_values_of_model(index, claim.variable, claim.model)
        if names:
            yield _factor_count(f"factors for {claim.variable} ({claim.model})", claim.claim_id, names)


def _factor_count(subject: str, count: str, names: list[str]) -> Relation:
    def check(values: Values) -> Outcome:
        found = sum(values[name].values.high <= 0.05 for name in names)
        method, shown = "factors printed as significant", str(found)
        text = f"{counted(found, 'factor is', 'factors are')} printed with P below 0.05."
        if values[count].count == found:
            return fits(text, method, shown)
        return Outcome(NOT_REPRODUCIBLE, text, method=method, shown=shown, suspects=(count,))

    return Relation("words", subject, (count, *names), check, computes=count)


def _effect_directions(index: Index) -> Iterator[Relation]:
    for claim in index.of("effect-direction"):
        ratios = index.all("ratio", claim.variable, "", claim.group, claim.group_level, claim.model)
        if ratios:
            yield _effect_direction(f"effect of {claim.group} on {claim.variable}", claim.claim_id, ratios[0])


def _effect_direction(subject: str, word: str, ratio: str) -> Relation:
    def check(values: Values) -> Outcome:
        sign, printed = DIRECTION_WORDS[values[word].text.lower()], values[ratio]
        value = float(printed.value or 0)
        text = f"The ratio is {printed.text}, {'above' if value > 1 else 'below' if value < 1 else 'equal to'} 1."
        shown = "risk factor" if value > 1 else "protective factor" if value < 1 else "neither"
        if (value - 1) * sign > 0:
            return fits(text, "printed ratio", shown)
        return Outcome(NOT_REPRODUCIBLE, text, method="printed ratio", shown=shown, suspects=(word,))

    return Relation("words", subject, (word, ratio), check, computes=word)


def _directions(index: Index) -> Iterator[Relation]:
    for claim in index.of("direction"):
        for quantity in ("survival-median", "median", "mean") if not claim.level else ("count",):
            others = [level for level in index.group_levels(claim.group) if level != claim.group_level]
            here = index.first(quantity, claim.variable, claim.level, claim.group, claim.group_level)
            there = [index.first(quantity, claim.variable, claim.level, claim.group, level) for level in others]
            if here and there and all(there):
                sizes = [index.size(claim.group, level) for level in (claim.group_level, *others)]
                yield _direction(claim, here, there, sizes if quantity == "count" else [])
                break


def _direction(claim: Claim, here: str, there: list[str], sizes: list[str]) -> Relation:
    sign_word = claim.claim_id

    def value(values: Values, place: int) -> float:
        number = float(values[[here, *there][place]].value or 0)
        size = values[sizes[place]].count if sizes else 1
        return number / size if size else 0.0

    def check(values: Values) -> Outcome:
        sign = DIRECTION_WORDS[values[sign_word].text.lower()]
        mine, others = value(values, 0), [value(values, place) for place in range(1, len(there) + 1)]
        texts = [values[name].text for name in (here, *there)]
        if sizes:
            texts = [f"{text} of {values[size].text}" for text, size in zip(texts, sizes, strict=True)]
        told = f"{texts[0]} against {listing(texts[1:])}"
        shown = "higher" if mine > max(others) else "lower" if mine < min(others) else "neither"
        if all((mine - other) * sign > 0 for other in others):
            return fits(f"Printed are {told}.", "printed values", shown)
        return Outcome(
            NOT_REPRODUCIBLE, f"Printed are {told}.", method="printed values", shown=shown, suspects=(sign_word,)
        )

    subject = f"{claim.variable} in {claim.group_level}"
    return Relation(
        "words", subject, (sign_word, here, *there, *[size for size in sizes if size]), check, computes=sign_word
    )


def _differences(index: Index) -> Iterator[Relation]:
    """Survival compared between groups, in words, against the effect of the group in a model."""
    for claim in index.of("difference"):
        for effect in index.of("prediction"):
            if (effect.variable, effect.group, effect.model) == (claim.variable, claim.group, "univariable"):
                if effect.printed.value is not None:
                    yield _difference(f"{claim.variable} by {claim.group}", claim.claim_id, effect.claim_id)
                break


def _difference(subject: str, word: str, p_value: str) -> Relation:
    def check(values: Values) -> Outcome:
        said, p = values[word].values, values[p_value]
        text = f"The model of one factor prints P = {p.text} for it."
        if said.meets(p.values):
            return fits(text, "P of the model", f"P = {p.text}")
        near = 0.02 <= p.values.middle <= 0.1
        grade = UNUSUAL if near else NOT_REPRODUCIBLE
        shown = f"P = {format_number(p.values.middle, 3)}"
        return Outcome(grade, text, "test=another", "P of the model", shown, suspects=(word,))

    return Relation("words", subject, (word, p_value), check, computes=word)
