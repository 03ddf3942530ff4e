rule estimate:
    input:
        adsl=rules.derive.output.adsl,
        adtte=rules.derive.output.adtte,
    output:
        ard="results/{study}/estimate/ard.csv",
    log:
        "logs/{study}/estimate.log",
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "estimate"),
        code=PLAN.code("estimate"),
    message:
        "{wildcards.study}: estimating"
    script:
        "../scripts/estimate.py"
