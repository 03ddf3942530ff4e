rule intake:
    input:
        patients=lambda wildcards: PLAN.present(PLAN.extract(wildcards.study)),
    output:
        patients="results/{study}/intake/patients.csv",
        flow="results/{study}/intake/flow.csv",
    log:
        "logs/{study}/intake.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "intake"),
        extract=lambda wildcards: PLAN.extract(wildcards.study),
        content=lambda wildcards: PLAN.content(PLAN.extract(wildcards.study)),
        code=PLAN.code("intake"),
    message:
        "{wildcards.study}: validating the extract"
    script:
        "../scripts/intake.py"


rule intake_tables:
    input:
        tables=lambda wildcards: PLAN.published_files(wildcards.study),
    output:
        counts="results/{study}/intake/counts.csv",
        numbers="results/{study}/intake/numbers.csv",
        tests="results/{study}/intake/tests.csv",
        effects="results/{study}/intake/effects.csv",
        flow_of_patients="results/{study}/intake/flow.csv",
        claims="results/{study}/intake/claims.csv",
    log:
        "logs/{study}/intake.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.published),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "intake_tables"),
        folder=lambda wildcards: PLAN.tables_folder(wildcards.study),
        names=lambda wildcards: PLAN.published_files(wildcards.study),
        content=lambda wildcards: PLAN.content(*PLAN.published_files(wildcards.study)),
        code=PLAN.code("intake_tables"),
    message:
        "{wildcards.study}: validating the published tables"
    script:
        "../scripts/intake_tables.py"
