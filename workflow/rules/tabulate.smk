for study in PLAN.studies:

    rule:
        name:
            f"tabulate_{study.replace('-', '_')}"
        input:
            ard=f"results/{study}/estimate/ard.csv",
            adsl=f"results/{study}/derive/adsl.csv",
        output:
            expand(
                "results/{study}/tabulate/{table}.{suffix}",
                study=study,
                table=PLAN.tables(study),
                suffix=["html", "csv"],
            ),
        log:
            f"logs/{study}/tabulate.log",
        conda:
            "../../environment.yml"
        params:
            settings=lambda wildcards, study=study: PLAN.settings(study, "tabulate"),
            code=PLAN.code("tabulate"),
        message:
            f"{study}: tabulating"
        script:
            "../scripts/tabulate.py"
