# Of a refused extract intake writes the problems and no patient; derive then ends the study. So validate has in both
# cases what its page says.
rule intake:
    input:
        files=lambda wildcards: PLAN.present(*PLAN.raw_files(wildcards.study)),
    output:
        patients="results/{study}/intake/patients.csv",
        flow="results/{study}/intake/flow.csv",
        problems="results/{study}/intake/problems.csv",
        file="results/{study}/intake/file.csv",
        columns="results/{study}/intake/columns.csv",
        record="results/{study}/trace/intake.json",
    log:
        "logs/{study}/intake.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "intake"),
        extract=lambda wildcards: PLAN.extract(wildcards.study),
        content=lambda wildcards: PLAN.content(*PLAN.raw_files(wildcards.study)),
        code=PLAN.code("intake"),
    message:
        "{wildcards.study}: validating the extract"
    shell:
        PLAN.job("intake", "output.patients params.settings params.extract")


rule validate:
    input:
        problems=rules.intake.output.problems,
        flow=rules.intake.output.flow,
        file=rules.intake.output.file,
        columns=rules.intake.output.columns,
        record=rules.intake.output.record,
    output:
        page="reports/{study}-validation.html",
        list="reports/{study}-validation.csv",
        record="results/{study}/trace/validate.json",
    log:
        "logs/{study}/validate.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "validate"),
        code=PLAN.code("validate"),
    message:
        "{wildcards.study}: writing what was found in the extract"
    shell:
        PLAN.job("validate", "input.problems output.page output.list params.settings")


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
        record="results/{study}/trace/intake.json",
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
    shell:
        PLAN.job("intake_tables", "output.counts params.settings params.folder")
