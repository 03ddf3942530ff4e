rule evidence:
    input:
        PLAN.across.evidence_inputs(),
    output:
        table=report(
            PLAN.across.evidence_outputs,
            caption="../report/evidence.rst",
            category="evidence",
        ),
        record="results/evidence/trace/evidence.json",
    log:
        "logs/evidence.log",
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.across.evidence_settings(),
        content=lambda wildcards: PLAN.content(CITED.as_posix()),
        code=PLAN.code("evidence"),
    message:
        "setting survival results side by side"
    shell:
        PLAN.job("evidence", "output.table params.settings")
