rule intake:
    input:
        patients=lambda wildcards: PLAN.present(PLAN.extract(wildcards.study)),
    output:
        patients="results/{study}/intake/patients.csv",
        flow="results/{study}/intake/flow.csv",
    log:
        "logs/{study}/intake.log",
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
