rule report:
    input:
        unpack(lambda wildcards: PLAN.report_inputs(wildcards.study)),
    output:
        page=report(
            "reports/{study}.html",
            caption="../report/study.rst",
            category="{study}",
            subcategory="report",
        ),
        record="results/{study}/trace/report.json",
    log:
        "logs/{study}/report.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.cohorts),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "report"),
        fingerprints=lambda wildcards: PLAN.fingerprints(wildcards.study),
        versions=lambda wildcards: PLAN.versions(),
        code=PLAN.code("report"),
    message:
        "{wildcards.study}: writing the report"
    shell:
        PLAN.job(
            "report",
            "input.ard input.audit input.crosscheck input.problems input.flow input.diff input.records input.uses output.page params.settings params.fingerprints params.versions",
        )


rule report_tables:
    input:
        unpack(lambda wildcards: PLAN.report_inputs(wildcards.study)),
    output:
        page=report(
            "reports/{study}.html",
            caption="../report/study.rst",
            category="{study}",
            subcategory="report",
        ),
        record="results/{study}/trace/report.json",
    log:
        "logs/{study}/report.log",
    wildcard_constraints:
        study=PLAN.pattern(PLAN.published),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.settings(wildcards.study, "report_tables"),
        fingerprints=lambda wildcards: PLAN.fingerprints(wildcards.study),
        versions=lambda wildcards: PLAN.versions(published=True),
        code=PLAN.code("report_tables"),
    message:
        "{wildcards.study}: writing the report"
    shell:
        PLAN.job(
            "report_tables",
            "input.records input.uses output.page params.settings params.fingerprints params.versions",
        )


rule index:
    input:
        PLAN.across.index_inputs(),
        PLAN.present("config/config.yaml"),
    output:
        page="reports/index.html",
        pooled=["reports/all-ard.csv", "reports/all-verdicts.csv"],
        record="results/index/trace/index.json",
    log:
        "logs/index.log",
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.across.index_settings(),
        code=PLAN.code("index"),
    message:
        "listing the studies"
    shell:
        PLAN.job("index", "output.page params.settings")


# A study whose file is wrong: its page can't be made, and the log says why.
rule refuse:
    output:
        page="reports/{study}.html",
    log:
        "logs/{study}/refuse.log",
    wildcard_constraints:
        study=PLAN.pattern(list(PLAN.refused)),
    conda:
        "../../environment.yml"
    params:
        study=lambda wildcards: wildcards.study,
        message=lambda wildcards: PLAN.refused[wildcards.study],
    message:
        "{wildcards.study}: the study file is wrong"
    shell:
        PLAN.job("refuse", "params.study params.message")
