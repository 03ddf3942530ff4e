for study in PLAN.cohorts:

    rule:
        name:
            f"tabulate_{study.replace('-', '_')}"
        input:
            ard=f"results/{study}/estimate/ard.csv",
            adsl=f"results/{study}/derive/adsl.csv",
            beside=[f"results/{other}/estimate/ard.csv" for other in PLAN.beside(study)],
            records=PLAN.records(study, "derive", "estimate")
            + [PLAN.record(other, "estimate") for other in PLAN.beside(study)],
        output:
            tables=expand(
                "results/{study}/tabulate/{table}.{suffix}",
                study=study,
                table=PLAN.tables(study),
                suffix=["html", "csv", "docx"],
            ),
            record=PLAN.record(study, "tabulate"),
        log:
            f"logs/{study}/tabulate.log",
        conda:
            "../../environment.yml"
        params:
            settings=lambda wildcards, study=study: PLAN.settings(study, "tabulate"),
            others=lambda wildcards, study=study: PLAN.other_settings(study),
            code=PLAN.code("tabulate"),
        message:
            f"{study}: tabulating"
        shell:
            PLAN.job(
                "tabulate",
                "input.ard input.adsl input.beside output.tables params.settings params.others",
            )


for study in PLAN.published:

    rule:
        name:
            f"tabulate_tables_{study.replace('-', '_')}"
        input:
            intake=list(PLAN.intake_tables(study).values()),
            ard=f"results/{study}/estimate/ard.csv",
            verdicts=f"results/{study}/audit/verdicts.csv",
            checks=f"results/{study}/audit/checks.csv",
            records=PLAN.records(study, "intake", "estimate", "audit"),
        output:
            tables=expand(
                "results/{study}/tabulate/{table}.{suffix}",
                study=study,
                table=PLAN.tables(study),
                suffix=["html", "csv", "docx"],
            ),
            record=PLAN.record(study, "tabulate"),
        log:
            f"logs/{study}/tabulate.log",
        conda:
            "../../environment.yml"
        params:
            settings=lambda wildcards, study=study: PLAN.settings(
                study, "tabulate_tables"
            ),
            code=PLAN.code("tabulate_tables"),
        message:
            f"{study}: tabulating"
        shell:
            PLAN.job("tabulate_tables", "params.settings")
