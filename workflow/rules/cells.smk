rule cells:
    input:
        patients=rules.intake.output.patients,
        adsl=rules.derive.output.adsl,
        records=[rules.intake.output.record, rules.derive.output.record],
    output:
        uses="results/{study}/cells/uses.json",
        record="results/{study}/trace/cells.json",
    log:
        "logs/{study}/cells.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "cells"),
        code=PLAN.code("cells"),
    message:
        "{wildcards.study}: following figures and tables back to the cells"
    shell:
        PLAN.job("cells", "input.patients input.adsl output.uses params.settings")


rule cells_tables:
    input:
        tables=lambda wildcards: PLAN.published_files(wildcards.study),
        records=rules.intake_tables.output.record,
    output:
        uses="results/{study}/cells/uses.json",
        record="results/{study}/trace/cells.json",
    log:
        "logs/{study}/cells.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.published),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "cells_tables"),
        folder=lambda wildcards: PLAN.tables_folder(wildcards.study),
        content=lambda wildcards: PLAN.content(*PLAN.published_files(wildcards.study)),
        code=PLAN.code("cells_tables"),
    message:
        "{wildcards.study}: following figures and tables back to the cells"
    shell:
        PLAN.job("cells_tables", "output.uses params.settings params.folder")
