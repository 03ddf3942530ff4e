# Made of the records alone, when all other pages have theirs. Records hold times, the page does not.
rule provenance:
    input:
        PLAN.across.provenance_inputs(),
    output:
        page=report(
            "reports/provenance.html",
            caption="../report/provenance.rst",
            category="provenance",
        ),
        record="results/index/trace/provenance.json",
    log:
        "logs/provenance.log",
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: PLAN.across.provenance_settings(),
        code=PLAN.code("provenance"),
    message:
        "drawing where every result comes from"
    shell:
        PLAN.job("provenance", "output.page params.settings")
