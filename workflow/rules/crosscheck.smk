rule crosscheck:
    input:
        adsl=rules.derive.output.adsl,
        adtte=rules.derive.output.adtte,
        ard=rules.estimate.output.ard,
        records=[rules.derive.output.record, rules.estimate.output.record],
    output:
        agreement="results/{study}/crosscheck/agreement.csv",
        record="results/{study}/trace/crosscheck.json",
    log:
        "logs/{study}/crosscheck.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "crosscheck"),
        code=PLAN.code("crosscheck"),
    message:
        "{wildcards.study}: computing the estimates a second time with lifelines"
    shell:
        PLAN.job(
            "crosscheck",
            "input.adsl input.adtte input.ard output.agreement params.settings",
        )
