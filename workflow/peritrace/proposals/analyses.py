"""Which analyses a first run makes: all that the columns carry, and no more than the events allow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from peritrace.meaning import Dates
from peritrace.proposals.endpoints import Endpoints
from peritrace.proposals.quantities import LEAST_URGENT
from peritrace.proposals.remarks import Proposed, Remark, doubt
from peritrace.proposals.units_of_time import TimeUnit
from peritrace.proposals.variables import Variable, main_group
from peritrace.wanted import Comparison, Factors, Incidence, Landmark, LifeTableSettings
from peritrace.words import counted, in_sentence, listing, slug

EVENTS_PER_PARAMETER = 10  # Peduzzi et al., J Clin Epidemiol 1995;48:1503
_LEAST_AT_RISK = 0.05  # of the patients, for a time at which survival is stated
_MOST_MISSING = 0.2  # of a covariate that enters with others
_YEAR = {"months": 12, "days": 365, "years": 1}
_SHORT = {"months": (6, 3, 1), "days": (180, 90, 30), "years": (0.5, 0.25)}
_LANDMARKS = {"months": (3.0, 6.0), "days": (90.0, 180.0), "years": (0.25, 0.5)}
_COMPARED_BY = 5  # groups, of the chief endpoint
_WEIGHTY = 7  # the last priority of a group by which survival is compared
# Of these pairs the second says nothing that the first does not.
_SAME = (
    ("ecog", "kps"),
    ("cc_group", "cc_score"),
    ("pci", "pci_group"),
    ("bmi", "height_cm"),
    ("bmi", "weight_kg"),
    ("cc_group", "residual_mm"),
    ("histology", "tumour"),
)
_DETAILS = ("hipec_drug", "hipec_dose_mg", "hipec_minutes", "hipec_temperature", *(f"pci_{i}" for i in range(13)))


@dataclass(frozen=True)
class Entry:
    """A key under analyses: its value or its items, and what is said of it."""

    key: str
    value: object = None
    items: list[Proposed[Comparison] | Proposed[Factors] | Proposed[Incidence] | Proposed[Landmark]] = field(
        default_factory=list
    )
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """The analyses, and what figures and tables need to know of them."""

    entries: list[Entry]
    chief: str | None  # endpoint
    main: Variable | None
    described: list[Variable]
    compared: list[Comparison]
    factors: list[Factors]
    incidence: list[Incidence]
    landmarks: list[Landmark]
    restricted_mean: bool


def propose_analyses(variables: Sequence[Variable], times: Endpoints, unit: TimeUnit) -> Wishes:
    """Propose the analyses of a first run."""
    codes = [proposed.part.code for proposed in times.endpoints]
    chief = next((code for code in ("OS2", "OS", "OS1", "EFS", "PFS", "TTP") if code in codes), None)
    main = main_group(variables)
    shown = list(_described(variables))
    entries = [Entry("describe", [variable.name for variable in shown])] if shown else []
    if main:
        said = Remark(f"All that is described is compared between the levels of {in_sentence(main.label)}.")
        other = [v.name for v in variables if v.splits_well and v is not main and v.phase in ("baseline", "operative")]
        if other:
            said = Remark(f"{said.text} As well possible: {', '.join(other[:8])}.")
        entries += [Entry("describe_by", [main.name], remarks=(said,)), Entry("tests_by", [main.name])]
    if chief is None:
        return Wishes(entries, None, main, shown, [], [], [], [], False)
    horizon = _horizon(times, chief)
    points = _time_points(horizon, unit)
    limit = _shortest(times, chief, main)
    mean = [max(fitting)] if (fitting := [point for point in points if point <= limit]) else []
    compared = list(_comparisons(variables, codes, chief, main))
    factors = list(_factors(variables, times, chief))
    incidence = [Proposed(wanted) for wanted in _incidence(times, main)]
    landmarks = [Proposed(wanted) for wanted in _landmarks(times, unit, horizon)]
    left = sum(time >= points[-1] for time in _times(times, chief))
    text = f"Survival is stated where enough patients are left: {left} of {chief} at {points[-1]:g} {unit}."
    said = Remark(text)
    timing = [Entry("time_points", points, remarks=(said,)), Entry("follow_up", chief), _life_table(horizon, unit)]
    late = [Entry("restricted_mean", mean)] if mean else []
    listed = [Entry("compare", items=[Proposed(wanted) for wanted in compared]), Entry("factors", items=[*factors])]
    listed += [Entry("incidence", items=[*incidence]), Entry("landmarks", items=[*landmarks])]
    entries = [*timing, *entries, *late, *(entry for entry in listed if entry.items)]
    return Wishes(
        entries,
        chief,
        main,
        shown,
        compared,
        [proposed.part for proposed in factors],
        [proposed.part for proposed in incidence],
        [proposed.part for proposed in landmarks],
        bool(mean),
    )


def _described(variables: Sequence[Variable]) -> Iterator[Variable]:
    """All but events, and the regions of the peritoneal cancer index where it stands beside them."""
    names = {variable.name for variable in variables}
    regions = {f"pci_{region}" for region in range(13)} if "pci" in names else set()
    yield from (v for v in variables if v.name not in {"progression", "pfs_event", *regions})


def _times(times: Endpoints, code: str) -> list[float]:
    found = times.outcomes[code]
    return [float(time) for time, gap in zip(found.times, found.unknown, strict=True) if time and not gap]


def _horizon(times: Endpoints, code: str) -> float:
    """The time to which one patient in twenty, or three, are followed."""
    ordered = sorted(_times(times, code), reverse=True)
    place = max(2, int(len(ordered) * _LEAST_AT_RISK))
    return ordered[min(place, len(ordered) - 1)] if ordered else 0.0


def _time_points(horizon: float, unit: TimeUnit) -> list[float]:
    year = _YEAR[unit]
    fitting: list[float] = [count * year for count in (1, 3, 5) if count * year <= horizon]
    if len(fitting) == 1 and horizon >= 2 * year:
        fitting.append(2 * year)
    return fitting or [next((point for point in _SHORT[unit] if point <= horizon), _SHORT[unit][-1])]


def _life_table(horizon: float, unit: TimeUnit) -> Entry:
    year = _YEAR[unit]
    years = max(1, min(5, int(horizon // year)))
    settings = LifeTableSettings(interval=year, through=years * year)
    return Entry("life_table", settings.model_dump(exclude_unset=True))


def _shortest(times: Endpoints, code: str, group: Variable | None) -> float:
    """The longest time of the level that was followed least: a restricted mean goes no further."""
    found = times.outcomes[code]
    longest: dict[str, float] = {}
    levels = group.cells if group else [""] * len(found.times)
    for time, gap, level in zip(found.times, found.unknown, levels, strict=True):
        if time and not gap and (level or not group):
            longest[level] = max(longest.get(level, 0.0), float(time))
    return min(longest.values(), default=0.0)


def _comparisons(
    variables: Sequence[Variable], codes: Sequence[str], chief: str, main: Variable | None
) -> Iterator[Comparison]:
    """Every endpoint by the main group, the chief one by the other groups of weight as well."""
    if main:
        yield from (Comparison(endpoint=code, by=main.name) for code in codes)
    others = [v for v in variables if v.splits and v is not main and v.phase in ("baseline", "operative")]
    named = {variable.name for variable in variables}
    kept = [v for v in others if not (v.name == "cc_score" and "cc_group" in named)]
    weighty = sorted((v for v in kept if v.priority <= _WEIGHTY), key=lambda variable: variable.priority)
    yield from (Comparison(endpoint=chief, by=variable.name) for variable in weighty[: _COMPARED_BY - 1])


def _factors(variables: Sequence[Variable], times: Endpoints, chief: str) -> Iterator[Proposed[Factors]]:
    names = {variable.name for variable in variables}
    redundant = {second for first, second in _SAME if first in names} | set(_DETAILS)
    candidates = [
        variable
        for variable in variables
        if variable.phase in ("baseline", "operative")
        and variable.name not in redundant
        and (len(variable.levels) > 1 if variable.is_number else variable.splits)
    ]
    labels = {proposed.part.code: proposed.part.label for proposed in times.endpoints}
    for code in dict.fromkeys([chief, *(code for code in ("PFS", "TTP") if code in labels)][:2]):
        if not candidates:
            return
        chosen, remarks = _together(candidates, times, code)
        unknown = [variable.name for variable in candidates if not variable.known]
        if unknown and code == chief:
            text = (
                f"{listing(unknown)}, not in the lexicon, taken to be known at the origin; delete what is known later."
            )
            remarks = (*remarks, doubt(text, decides=True))
        factors = Factors(
            id=slug("factors", code),
            endpoint=code,
            univariable=[variable.name for variable in candidates],
            multivariable=[variable.name for variable in chosen],
            label=_outcome(code),
        )
        if not chosen:
            factors = Factors.model_validate(factors.model_dump(exclude={"multivariable"}))
        yield Proposed(factors, remarks)


def _outcome(code: str) -> str:
    return {"PFS": "Progression or death", "TTP": "Progression", "EFS": "Event"}.get(code, "Death")


def _together(candidates: Sequence[Variable], times: Endpoints, code: str) -> tuple[list[Variable], tuple[Remark, ...]]:
    """The covariates of one model by clinical weight, as many as the events among complete patients carry."""
    found = times.outcomes[code]
    is_event = [event and not gap for event, gap in zip(found.is_event, found.unknown, strict=True)]
    complete = [not gap for gap in found.unknown]
    chosen: list[Variable] = []
    unknown: list[str] = []
    parameters = 0
    weighed = [variable for variable in candidates if variable.priority < LEAST_URGENT]
    for variable in sorted(weighed, key=lambda variable: variable.priority):
        kept = [whole and bool(cell) for whole, cell in zip(complete, variable.cells, strict=True)]
        events = sum(event and whole for event, whole in zip(is_event, kept, strict=True))
        fits = EVENTS_PER_PARAMETER * (parameters + variable.parameters) <= events
        if fits and variable.missing <= _MOST_MISSING:
            chosen.append(variable)
            complete, parameters = kept, parameters + variable.parameters
            unknown += [variable.name] if variable.by_code else []
    total, left = sum(is_event), sum(e and c for e, c in zip(is_event, complete, strict=True))
    at_most = counted(total // EVENTS_PER_PARAMETER, "parameter")
    budget = f"{counted(total, 'event')} carry {at_most} at {EVENTS_PER_PARAMETER} events each"
    if len(chosen) < 2:
        return [], (Remark(f"{budget}: no joint model is proposed."),)
    text = (
        f"{budget}; these {len(chosen)} covariates have {parameters} ({left} events in {sum(complete)} complete "
        "patients). Chosen by clinical weight, not by P values: take those of your protocol."
    )
    remarks = [Remark(text)]
    if unknown:
        remarks.append(Remark(f"The codes of {listing(unknown)} are not known yet."))
    return chosen, tuple(remarks)


def _incidence(times: Endpoints, main: Variable | None) -> Iterator[Incidence]:
    for proposed in times.endpoints:
        if len(proposed.part.events[0].causes) > 1:
            yield Incidence(endpoint=proposed.part.code)
            if main:
                yield Incidence(endpoint=proposed.part.code, by=main.name)


def _landmarks(times: Endpoints, unit: TimeUnit, horizon: float) -> Iterator[Landmark]:
    for proposed in times.exposures:
        endpoint = next(e.part for e in times.endpoints if e.part.code == proposed.part.endpoint)
        at = [point for point in _LANDMARKS[unit] if point < horizon]
        if isinstance(endpoint.time, Dates) and at:
            yield Landmark(id="landmark-adjuvant", endpoint=endpoint.code, exposure=proposed.part.name, at=at)
