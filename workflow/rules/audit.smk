rule audit:
    input:
        claims=lambda wildcards: PLAN.present(*PLAN.claims(wildcards.study)),
        ard=rules.estimate.output.ard,
        record=rules.estimate.output.record,
    output:
        verdicts="results/{study}/audit/verdicts.csv",
        conventions="results/{study}/audit/conventions.csv",
        events="results/{study}/audit/event_definitions.csv",
        record="results/{study}/trace/audit.json",
    log:
        "logs/{study}/audit.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "audit"),
        claims=lambda wildcards: PLAN.claims(wildcards.study),
        content=lambda wildcards: PLAN.content(*PLAN.claims(wildcards.study)),
        code=PLAN.code("audit"),
    message:
        "{wildcards.study}: holding the printed numbers against the rows"
    shell:
        PLAN.job(
            "audit",
            "input.ard output.verdicts output.conventions output.events params.settings params.claims",
        )


rule audit_tables:
    input:
        **rules.intake_tables.output,
    output:
        verdicts="results/{study}/audit/verdicts.csv",
        checks="results/{study}/audit/checks.csv",
        corrections="results/{study}/audit/corrections.csv",
        inferences="results/{study}/audit/inferences.csv",
        event_bounds="results/{study}/audit/events.csv",
        record="results/{study}/trace/audit.json",
    log:
        "logs/{study}/audit.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.published),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "audit_tables"),
        code=PLAN.code("audit_tables"),
    message:
        "{wildcards.study}: holding the printed numbers against one another"
    shell:
        PLAN.job("audit_tables", "input.counts output.verdicts params.settings")
