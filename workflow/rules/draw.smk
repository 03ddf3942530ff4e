# One job draws all figures of a study: starting Python and matplotlib costs more than a figure.
for study in PLAN.cohorts:

    rule:
        name:
            f"draw_{study.replace('-', '_')}"
        input:
            ard=f"results/{study}/estimate/ard.csv",
            adsl=f"results/{study}/derive/adsl.csv",
            adtte=f"results/{study}/derive/adtte.csv",
            records=PLAN.records(study, "derive", "estimate"),
        output:
            expand(
                "results/{study}/draw/{figure}.{suffix}",
                study=study,
                figure=PLAN.figures(study),
                suffix=["png", "pdf", "csv"],
            ),
            pictures=report(
                expand(
                    "results/{study}/draw/{figure}.svg",
                    study=study,
                    figure=PLAN.figures(study),
                ),
                caption="../report/figure.rst",
                category=study,
                subcategory="figures",
            ),
            record=PLAN.record(study, "draw"),
        log:
            f"logs/{study}/draw.log",
        conda:
            "../../environment.yml"
        params:
            settings=lambda wildcards, study=study: PLAN.settings(study, "draw"),
            code=PLAN.code("draw"),
        message:
            f"{study}: drawing"
        shell:
            PLAN.job(
                "draw",
                "input.ard input.adsl input.adtte output.pictures params.settings",
            )


for study in PLAN.published:

    rule:
        name:
            f"draw_tables_{study.replace('-', '_')}"
        input:
            intake=list(PLAN.intake_tables(study).values()),
            ard=f"results/{study}/estimate/ard.csv",
            verdicts=f"results/{study}/audit/verdicts.csv",
            checks=f"results/{study}/audit/checks.csv",
            records=PLAN.records(study, "intake", "estimate", "audit"),
        output:
            expand(
                "results/{study}/draw/{figure}.{suffix}",
                study=study,
                figure=PLAN.figures(study),
                suffix=["png", "pdf", "csv"],
            ),
            pictures=report(
                expand(
                    "results/{study}/draw/{figure}.svg",
                    study=study,
                    figure=PLAN.figures(study),
                ),
                caption="../report/figure.rst",
                category=study,
                subcategory="figures",
            ),
            record=PLAN.record(study, "draw"),
        log:
            f"logs/{study}/draw.log",
        conda:
            "../../environment.yml"
        params:
            settings=lambda wildcards, study=study: PLAN.settings(study, "draw_tables"),
            code=PLAN.code("draw_tables"),
        message:
            f"{study}: drawing"
        shell:
            PLAN.job("draw_tables", "params.settings")
