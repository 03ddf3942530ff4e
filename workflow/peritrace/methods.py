"""The statistical methods by name: what a report calls them, and the sentence and source that it prints."""

from dataclasses import dataclass

# The two levels of a late exposure at a landmark.
EXPOSED, NOT_EXPOSED = "begun by then", "not begun by then"


@dataclass(frozen=True)
class Method:
    """A named method. `sentence` is what a methods section says of it."""

    label: str
    sentence: str
    source: str = ""


METHODS = {
    "descriptive": Method(
        "descriptive statistics",
        "Continuous variables are given as median with quartiles (weighted average at (n+1)p, the default of "
        "SPSS), categorical variables as counts and percentages.",
    ),
    "kaplan-meier": Method(
        "Kaplan–Meier",
        "Survival was estimated by the Kaplan–Meier method with Greenwood's variance; the median is the earliest time "
        "at which survival is 50% or less, with Brookmeyer–Crowley limits.",
        "Kaplan and Meier 1958; Brookmeyer and Crowley 1982",
    ),
    "kaplan-meier-delayed-entry": Method(
        "Kaplan–Meier with delayed entry",
        "Where time counts from before a patient was observed, survival was also estimated with delayed entry: a "
        "patient is at risk only from the beginning of observation on. Tests and models take no account of it.",
    ),
    "life-table": Method(
        "life table",
        "Actuarial life tables were computed as the SURVIVAL command of SPSS does, half of those withdrawn in an "
        "interval counting as exposed.",
        "Cutler and Ederer 1958",
    ),
    "log-rank": Method("log-rank test", "Curves were compared by the log-rank test.", "Mantel 1966"),
    "breslow": Method(
        "Breslow test", "The generalised Wilcoxon test (Breslow) weights early differences.", "Breslow 1970"
    ),
    "tarone-ware": Method(
        "Tarone–Ware test", "The Tarone–Ware test lies between log-rank and Breslow.", "Tarone and Ware 1977"
    ),
    "cox-efron": Method(
        "Cox regression (Efron ties)",
        "Hazard ratios come from Cox regression with Efron's treatment of ties and Wald limits.",
        "Cox 1972; Efron 1977",
    ),
    "cox-breslow": Method(
        "Cox regression (Breslow ties)",
        "Cox regression was repeated with Breslow's treatment of ties, the one that SPSS uses.",
        "Breslow 1974",
    ),
    "cox-firth": Method(
        "Cox regression (Firth)",
        "Cox regression was also repeated with Firth's penalised likelihood, which stays finite where an arm has no "
        "event, with profile likelihood limits.",
        "Firth 1993; Heinze and Schemper 2001",
    ),
    "logistic": Method(
        "logistic regression",
        "Odds ratios come from logistic regression by maximum likelihood with Wald limits.",
    ),
    "logistic-firth": Method(
        "logistic regression (Firth)",
        "Logistic regression was repeated with Firth's penalised likelihood and profile likelihood limits.",
        "Firth 1993; Heinze and Schemper 2002",
    ),
    "pearson": Method("Pearson correlation", "Correlation was measured by Pearson's coefficient."),
    "t-test": Method("t test", "Means were compared by Student's t test for equal variances."),
    "welch": Method("Welch test", "Means were also compared by Welch's t test for unequal variances."),
    "mann-whitney": Method(
        "Mann–Whitney test (exact)",
        "Distributions were compared by the Mann–Whitney test with the exact permutation distribution.",
    ),
    "mann-whitney-asymptotic": Method(
        "Mann–Whitney test (normal approximation)",
        "Where there are many patients, and beside the exact one, the Mann–Whitney test uses the normal approximation "
        "that SPSS prints (ties corrected, no "
        "continuity correction).",
    ),
    "kruskal-wallis": Method(
        "Kruskal–Wallis test",
        "Three or more groups were compared by the Kruskal–Wallis test.",
        "Kruskal and Wallis 1952",
    ),
    "cox-zph": Method(
        "test of proportional hazards",
        "Proportional hazards were tested by the score test on Kaplan–Meier-transformed time (as R's cox.zph).",
        "Grambsch and Therneau 1994",
    ),
    "restricted-mean": Method(
        "restricted mean survival time",
        "The restricted mean survival time is the area under the Kaplan–Meier curve up to a horizon, with standard "
        "errors from Greenwood's terms; it is not stated where follow-up ends before the horizon.",
        "Royston and Parmar 2013",
    ),
    "aalen-johansen": Method(
        "cumulative incidence (Aalen–Johansen)",
        "Where causes compete, the cumulative incidence of each was estimated by the Aalen–Johansen method: a patient "
        "who had another cause first can no longer have this one.",
        "Aalen and Johansen 1978",
    ),
    "gray": Method("Gray's test", "Cumulative incidences were compared by Gray's test.", "Gray 1988"),
    "landmark": Method(
        "landmark analysis",
        "A treatment that begins after the origin was studied at landmarks: patients still observed at a landmark were "
        "divided by whether it had begun by then, and time counts from there. This avoids crediting it with the time "
        "that patients had to survive to receive it.",
        "Anderson, Cain and Gelber 1983",
    ),
    "fisher": Method("Fisher's exact test", "Proportions were compared by Fisher's exact test, two-sided."),
    "chi-square": Method("chi-square test", "Pearson's chi-square test was computed without correction."),
    "chi-square-yates": Method(
        "chi-square test (Yates)", "Pearson's chi-square test was also computed with Yates's correction."
    ),
    "likelihood-ratio": Method(
        "likelihood-ratio chi-square test", "The likelihood-ratio chi-square (G²) was computed too."
    ),
    "linear-by-linear": Method(
        "N − 1 chi-square test (linear by linear)",
        "The N − 1 chi-square, which SPSS prints as linear-by-linear association, was computed too.",
        "Campbell 2007",
    ),
    "fisher-central": Method(
        "Fisher's exact test (twice the smaller tail)", "Fisher's test was also taken as twice its smaller tail."
    ),
    "fisher-mid-p": Method("Fisher's test, mid-P", "Fisher's test was also computed with its mid-P value."),
    "mid-p-central": Method(
        "mid-P test (twice the smaller tail)", "The mid-P value was also taken as twice the smaller tail."
    ),
    "wald": Method(
        "z test of proportions (unpooled)", "Proportions were also compared by Wald's z with unpooled variance."
    ),
    "barnard": Method("Barnard's test", "Where no other test gave the printed P value, Barnard's test was tried."),
    "barnard-unpooled": Method("Barnard's test (unpooled)", "Barnard's test was also tried with unpooled variance."),
    "boschloo": Method("Boschloo's test", "Likewise Boschloo's test was tried.", "Boschloo 1970"),
    "as-printed": Method("as printed", "Numbers of the source are kept as printed."),
    "wald-limits": Method(
        "Wald limits",
        "From the printed limits of each ratio the standard error, the middle on the log scale, the P value and the "
        "least number of events were derived, each as the interval that rounding leaves.",
        "Altman and Bland 2011",
    ),
    "observed-follow-up": Method(
        "median of the observed times",
        "Follow-up is the plain median of all observed times, whether they ended in death or not.",
    ),
    "reverse-kaplan-meier": Method(
        "reverse Kaplan–Meier",
        "Follow-up was also estimated by the reverse Kaplan–Meier method, in which deaths are the censored "
        "observations.",
        "Schemper and Smith 1996",
    ),
}


def method_label(method: str) -> str:
    """What a reader calls the method; raises KeyError for a method without a name."""
    return METHODS[method].label
