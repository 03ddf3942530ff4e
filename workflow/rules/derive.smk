rule derive:
    input:
        patients=rules.intake.output.patients,
        problems=rules.intake.output.problems,
        record=rules.intake.output.record,
    output:
        adsl="results/{study}/derive/adsl.csv",
        adtte="results/{study}/derive/adtte.csv",
        flow="results/{study}/derive/flow.csv",
        record="results/{study}/trace/derive.json",
    log:
        "logs/{study}/derive.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "derive"),
        code=PLAN.code("derive"),
    message:
        "{wildcards.study}: deriving groups and times to event"
    shell:
        PLAN.job(
            "derive",
            "input.patients input.problems output.adsl output.adtte output.flow params.settings",
        )
