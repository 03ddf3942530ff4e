rule estimate:
    input:
        adsl=rules.derive.output.adsl,
        adtte=rules.derive.output.adtte,
    output:
        ard="results/{study}/estimate/ard.csv",
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
    script:
        "../scripts/estimate.py"


rule estimate_tables:
    input:
        **rules.intake_tables.output,
    output:
        ard="results/{study}/estimate/ard.csv",
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
    script:
        "../scripts/estimate_tables.py"
