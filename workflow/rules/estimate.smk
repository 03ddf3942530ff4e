rule estimate:
    input:
        adsl=rules.derive.output.adsl,
        adtte=rules.derive.output.adtte,
        record=rules.derive.output.record,
    output:
        ard="results/{study}/estimate/ard.csv",
        record="results/{study}/trace/estimate.json",
    log:
        "logs/{study}/estimate.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "estimate"),
        code=PLAN.code("estimate"),
    message:
        "{wildcards.study}: estimating"
    shell:
        PLAN.job("estimate", "input.adsl input.adtte output.ard params.settings")


rule estimate_tables:
    input:
        **rules.intake_tables.output,
    output:
        ard="results/{study}/estimate/ard.csv",
        record="results/{study}/trace/estimate.json",
    log:
        "logs/{study}/estimate.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.published),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "estimate_tables"),
        code=PLAN.code("estimate_tables"),
    message:
        "{wildcards.study}: recomputing what the tables allow"
    shell:
        PLAN.job("estimate_tables", "input.counts output.ard params.settings")
