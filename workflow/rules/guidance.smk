rule guidance:
    input:
        adsl=rules.derive.output.adsl,
        record=rules.derive.output.record,
        text=guidance_files(),
    output:
        patients="results/{study}/guidance/patients.csv",
        steps="results/{study}/guidance/steps.csv",
        terms="results/{study}/guidance/terms.csv",
        unknowns="results/{study}/guidance/unknowns.csv",
        tumours="results/{study}/guidance/tumours.csv",
        warnings="results/{study}/guidance/warnings.csv",
        record="results/{study}/trace/guidance.json",
    log:
        "logs/{study}/guidance.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.across.guided),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "guidance"),
        content=lambda wildcards: PLAN.across.guidance_content(),
        code=PLAN.code("guidance"),
    message:
        "{wildcards.study}: holding the records against the guidance text"
    shell:
        PLAN.job("guidance", "input.adsl output.patients params.settings")


rule algorithm:
    input:
        text=guidance_files(),
    output:
        diagrams=PLAN.across.diagrams,
        record="results/guidance/trace/algorithm.json",
    log:
        "logs/algorithm.log",
    conda:
        "../../environment.yml"
    params:
        content=lambda wildcards: PLAN.across.guidance_content(),
        code=PLAN.code("algorithm"),
    message:
        "drawing the algorithms of the guidance text"
    shell:
        PLAN.job("algorithm", "output.diagrams")


rule guide:
    input:
        PLAN.across.guide_inputs(),
    output:
        page=report(
            "reports/guidance.html",
            caption="../report/guidance.rst",
            category="guidance",
        ),
        record="results/guidance/trace/guide.json",
    log:
        "logs/guide.log",
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.across.guide_settings(),
        record=lambda wildcards: PLAN.across.guide_record(),
        code=PLAN.code("guide"),
    message:
        "writing the page of the guidance text"
    shell:
        PLAN.job("guide", "output.page params.settings params.record")
