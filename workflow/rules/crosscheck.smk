rule crosscheck:
    input:
        adsl=rules.derive.output.adsl,
        adtte=rules.derive.output.adtte,
        ard=rules.estimate.output.ard,
    output:
        agreement="results/{study}/crosscheck/agreement.csv",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    log:
        "logs/{study}/crosscheck.log",
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "crosscheck"),
        code=PLAN.code("crosscheck"),
    message:
        "{wildcards.study}: computing the estimates a second time with lifelines"
    script:
        "../scripts/crosscheck.py"
