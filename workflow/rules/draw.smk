# One job draws all figures of a study: starting Python and matplotlib costs more than a figure.
for study in PLAN.studies:

    rule:
        name:
            f"draw_{study.replace('-', '_')}"
        input:
            ard=f"results/{study}/estimate/ard.csv",
            adsl=f"results/{study}/derive/adsl.csv",
            adtte=f"results/{study}/derive/adtte.csv",
        output:
            report(
                expand(
                    "results/{study}/draw/{figure}.svg",
                    study=study,
                    figure=PLAN.figures(study),
                ),
                caption="../report/figure.rst",
                category=study,
                subcategory="figures",
            ),
            expand(
                "results/{study}/draw/{figure}.{suffix}",
                study=study,
                figure=PLAN.figures(study),
                suffix=["png", "pdf", "csv"],
            ),
        log:
            f"logs/{study}/draw.log",
        conda:
            "../../environment.yml"
        params:
            settings=lambda wildcards, study=study: PLAN.settings(study, "draw"),
            code=PLAN.code("draw"),
        message:
            f"{study}: drawing"
        script:
            "../scripts/draw.py"
