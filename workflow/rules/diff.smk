# Only for cohorts whose study file names the extract before this one.
rule diff:
    input:
        previous=lambda wildcards: PLAN.present(*PLAN.previous(wildcards.study)),
        patients=rules.intake.output.patients,
        ard=rules.estimate.output.ard,
        records=[rules.intake.output.record, rules.estimate.output.record],
    output:
        rows="results/{study}/diff/rows.csv",
        distributions="results/{study}/diff/distributions.csv",
        results="results/{study}/diff/results.csv",
        record="results/{study}/trace/diff.json",
    log:
        "logs/{study}/diff.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.renewed),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "diff"),
        previous=lambda wildcards: PLAN.previous(wildcards.study),
        content=lambda wildcards: PLAN.content(*PLAN.previous(wildcards.study)),
        code=PLAN.code("diff"),
    message:
        "{wildcards.study}: comparing with the extract before"
    shell:
        PLAN.job(
            "diff",
            "input.patients input.ard output.rows params.settings params.previous",
        )
