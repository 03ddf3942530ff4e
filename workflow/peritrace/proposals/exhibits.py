"""Figures and tables of a first run: one for each analysis."""

from collections.abc import Iterator, Mapping, Sequence

from peritrace.meaning import Endpoint
from peritrace.proposals.analyses import Wishes
from peritrace.proposals.variables import Variable
from peritrace.wanted import (
    AnyFigure,
    FactorsFigure,
    GroupFigure,
    IncidenceFigure,
    SurvivalFigure,
    SwimmerFigure,
    Table,
)
from peritrace.words import in_sentence, listing, slug

_MOST_BARS = 40  # of a swimmer plot


def propose_figures(
    wishes: Wishes, endpoints: Sequence[Endpoint], variables: Mapping[str, Variable], patients: int
) -> list[AnyFigure]:
    """One figure for each thing that is computed and can be drawn."""
    return list(_figures(wishes, {endpoint.code: endpoint for endpoint in endpoints}, variables, patients))


def _figures(
    wishes: Wishes, endpoints: Mapping[str, Endpoint], variables: Mapping[str, Variable], patients: int
) -> Iterator[AnyFigure]:
    for code, endpoint in endpoints.items():
        yield SurvivalFigure(id=slug(code), kind="survival", title=endpoint.label, endpoint=code)
    for compared in wishes.compared:
        title = _by(endpoints[compared.endpoint].label, variables[compared.by])
        name = _id(compared.endpoint, compared.by)
        yield SurvivalFigure(id=name, kind="survival", title=title, endpoint=compared.endpoint, by=compared.by)
    for wanted in wishes.incidence:
        causes = [in_sentence(cause.label) for cause in endpoints[wanted.endpoint].events[0].causes]
        # kinds of event that are only numbered get their names in few places
        title = f"Cumulative incidence of {'competing events' if wanted.endpoint == 'EFS' else listing(causes)}"
        keys = {"id": _id("incidence", wanted.endpoint, wanted.by or ""), "kind": "cumulative-incidence"}
        keys |= {"title": _by(title, variables[wanted.by]) if wanted.by else title, "endpoint": wanted.endpoint}
        yield IncidenceFigure.model_validate(keys | ({"by": wanted.by} if wanted.by else {}))
    for factors in wishes.factors:
        model = "multivariable" if factors.multivariable else "univariable"
        title = f"Factors of {in_sentence(endpoints[factors.endpoint].label)}"
        keys = {"id": factors.id, "kind": "factors", "title": title, "factors": factors.id, "model": model}
        yield FactorsFigure.model_validate(keys)
    if "pci" in variables and variables["pci"].is_number and "cc_group" in variables:
        title = "Peritoneal cancer index by completeness of cytoreduction"
        yield GroupFigure(id="pci-by-cc", kind="points", title=title, variable="pci", by="cc_group")
    if "OS2" in endpoints and patients <= _MOST_BARS:
        total = "OS1" if "OS1" in endpoints else "OS2"
        keys = {
            "id": "swimmer",
            "kind": "swimmer",
            "title": "Course of the patients",
            "total": total,
            "observed": "OS2",
        }
        keys |= {"progression": "PFS"} if "PFS" in endpoints else {}
        yield SwimmerFigure.model_validate(keys | ({"by": wishes.main.name} if wishes.main else {}))


def propose_tables(wishes: Wishes, endpoints: Sequence[Endpoint]) -> list[Table]:
    """One table for each kind of thing that is computed."""
    return [Table.model_validate(keys) for keys in _tables(wishes, {e.code: e for e in endpoints})]


def _tables(wishes: Wishes, endpoints: Mapping[str, Endpoint]) -> Iterator[dict[str, object]]:
    if wishes.described:
        yield from _characteristics(wishes)
        yield {"id": "missing", "kind": "missing", "title": "Missing values"}
    if wishes.chief is None:
        return
    yield {"id": "follow-up", "kind": "follow-up", "title": "Follow-up"}
    yield {"id": "survival", "kind": "survival", "title": "Survival estimates"}
    title = f"Life table of {in_sentence(endpoints[wishes.chief].label)}"
    yield {"id": _id("life-table", wishes.chief), "kind": "life-table", "title": title, "endpoint": wishes.chief}
    if wishes.compared:
        yield {"id": "comparisons", "kind": "comparisons", "title": "Comparisons of survival"}
    for factors in wishes.factors:
        title = f"Factors of {in_sentence(endpoints[factors.endpoint].label)}"
        yield {"id": factors.id, "kind": "factors", "title": title, "factors": factors.id}
    if wishes.factors:
        yield {"id": "proportional-hazards", "kind": "proportional-hazards", "title": "Proportional hazards"}
    if wishes.restricted_mean:
        yield {"id": "restricted-mean", "kind": "restricted-mean", "title": "Restricted mean survival"}
    if wishes.incidence:
        yield {"id": "incidence", "kind": "incidence", "title": "Cumulative incidence of competing events"}
    if wishes.landmarks:
        yield {"id": "landmarks", "kind": "landmarks", "title": "Landmark analyses"}


_PHASES = {"operative": ("operation", "Operation"), "outcome": ("outcome", "Outcome")}


def _characteristics(wishes: Wishes) -> Iterator[dict[str, object]]:
    """A table for patients and disease, one for the operation and one for the outcome, as far as there are any."""
    parts: dict[str, list[str]] = {}
    for variable in wishes.described:
        if wishes.main and variable.name == wishes.main.name:
            continue  # a group isn't compared with itself
        phase = "outcome" if variable.name == "status" else variable.phase
        parts.setdefault(phase if phase in _PHASES else "baseline", []).append(variable.name)
    main = wishes.main
    for phase in ("baseline", *_PHASES):
        if phase in parts:
            name, title = _PHASES.get(phase, ("characteristics", "Characteristics"))
            keys: dict[str, object] = {"id": name, "kind": "characteristics"}
            keys["title"] = f"{title} by {in_sentence(main.label)}" if main else title
            keys |= {"by": main.name} if main else {}
            yield keys | ({"variables": parts[phase]} if len(parts) > 1 else {})


def _by(title: str, variable: Variable) -> str:
    return f"{title} by {in_sentence(variable.label)}"


def _id(*parts: str) -> str:
    return slug(*parts)[:40].strip("-")
