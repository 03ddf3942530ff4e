# The workflow is in workflow/Snakefile; this file lets `snakemake` run from the root.
include: "workflow/Snakefile"


rule everything:
    default_target: True
    input:
        rules.all.input,
    message:
        "every result and report is made"
