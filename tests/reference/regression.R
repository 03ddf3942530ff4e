# The values that the tests of Cox, logistic, association and descriptive statistics compare with, and their data.
#
#   Rscript tests/reference/regression.R        (from the root of the repository; R with survival and jsonlite)
#
# writes tests/data/regression-*.csv, reads those files again and writes tests/reference/regression.json, so that both
# programs start from the same text. Firth's estimates and the permutation test, which need packages beyond
# survival, are written out here in plain loops over the risk sets, patients or groups.

library(survival)
library(jsonlite)

# ---- data ------------------------------------------------------------------------------------------------------

path <- function(name) file.path("tests/data", paste0("regression-", name, ".csv"))
save_data <- function(name, ...) {
  columns <- na.omit(data.frame(...))
  write.csv(columns, path(name), row.names = FALSE, quote = FALSE)
}

save_data("lung", time = lung$time, event = lung$status - 1, age = lung$age, female = lung$sex - 1,
          ecog = lung$ph.ecog, loss = lung$wt.loss)
save_data("veteran", time = veteran$time, event = veteran$status, test = veteran$trt - 1,
          smallcell = 1 * (veteran$celltype == "smallcell"), adeno = 1 * (veteran$celltype == "adeno"),
          karno = veteran$karno, age = veteran$age, prior = veteran$prior / 10)
save_data("ovarian", time = ovarian$futime, event = ovarian$fustat, age = ovarian$age, resid = ovarian$resid.ds - 1,
          rx = ovarian$rx - 1, ecog = ovarian$ecog.ps - 1)
deaths <- colon[colon$etype == 2, ]
save_data("colon", time = deaths$time, event = deaths$status, lev = 1 * (deaths$rx == "Lev"),
          lev5fu = 1 * (deaths$rx == "Lev+5FU"), male = deaths$sex, age = deaths$age, nodes = deaths$nodes)
save_data("pbc", time = pbc$time, event = 1 * (pbc$status == 2), age = pbc$age, female = 1 * (pbc$sex == "f"),
          edema = pbc$edema, bili = pbc$bili, albumin = pbc$albumin, protime = pbc$protime)
save_data("aml", time = aml$time, event = aml$status, nonmaintained = 1 * (aml$x == "Nonmaintained"))
save_data("heart", time = heart$stop, event = heart$event, entry = heart$start, age = heart$age, year = heart$year,
          surgery = heart$surgery, transplant = as.numeric(as.character(heart$transplant)))
early <- myeloma[myeloma$entry < myeloma$futime, ][1:700, ]
save_data("myeloma", time = early$futime, event = early$death, entry = early$entry, year = early$year)

sets <- c("lung", "veteran", "ovarian", "colon", "pbc", "aml", "heart", "myeloma")
data <- sapply(sets, function(name) read.csv(path(name)), simplify = FALSE)

# ten patients each, drawn at random: the size of cohort that this is for
set.seed(20)
tens <- lapply(rep(c("lung", "veteran", "ovarian", "colon", "pbc", "heart"), each = 4), function(name)
  list(data = name, rows = sort(sample(nrow(data[[name]]), 10))))

covariates_of <- function(name) setdiff(names(data[[name]]), c("time", "event", "entry"))
part <- function(case) if (is.null(case$rows)) data[[case$data]] else data[[case$data]][case$rows, ]
varies <- function(d, name) length(unique(d[[name]])) > 1

# ---- Cox: coxph ------------------------------------------------------------------------------------------------

cox_case <- function(case, covariates, ties, with_entry = FALSE) {
  d <- part(case)
  left <- if (with_entry) "Surv(entry, time, event)" else "Surv(time, event)"
  endless <- FALSE
  fit <- withCallingHandlers(
    coxph(as.formula(paste(left, "~", paste(covariates, collapse = "+"))), d, ties = ties,
          control = coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 50)),
    warning = function(w) {
      endless <<- grepl("infinite", conditionMessage(w))
      invokeRestart("muffleWarning")
    })
  se <- sqrt(diag(vcov(fit)))
  z <- qnorm(0.975)
  list(data = case$data, rows = case$rows, covariates = I(covariates), ties = ties, entry = with_entry,
       endless = endless, coefficient = I(unname(coef(fit))), std_err = I(unname(se)),
       conf_low = I(unname(exp(coef(fit) - z * se))), conf_high = I(unname(exp(coef(fit) + z * se))),
       wald_p = I(unname(2 * pnorm(-abs(coef(fit) / se)))), log_likelihood = fit$loglik[2],
       log_likelihood_null = fit$loglik[1], score_p = pchisq(fit$score, length(covariates), lower.tail = FALSE),
       likelihood_ratio_p = pchisq(2 * diff(fit$loglik), length(covariates), lower.tail = FALSE),
       n = fit$n, n_event = fit$nevent)
}

cox_cases <- list()
add <- function(...) cox_cases[[length(cox_cases) + 1]] <<- cox_case(...)
for (ties in c("efron", "breslow")) {
  for (name in sets) {
    entries <- if ("entry" %in% names(data[[name]])) c(FALSE, TRUE) else FALSE
    for (with_entry in entries) {
      for (covariate in covariates_of(name)) add(list(data = name), covariate, ties, with_entry)
      if (length(covariates_of(name)) > 1) add(list(data = name), covariates_of(name), ties, with_entry)
    }
  }
  for (case in tens) {
    d <- part(case)
    candidates <- Filter(function(v) varies(d, v), covariates_of(case$data))
    if (sum(d$event) < 2) next
    with_entry <- "entry" %in% names(d)
    for (covariate in head(candidates, 3)) {
      fit <- tryCatch(cox_case(case, covariate, ties, with_entry), error = function(e) NULL)
      if (!is.null(fit) && !anyNA(fit$coefficient)) cox_cases[[length(cox_cases) + 1]] <- fit
    }
    fit <- cox_case(case, candidates[1:2], ties, with_entry)
    if (!anyNA(fit$coefficient)) cox_cases[[length(cox_cases) + 1]] <- fit
  }
}

# ---- Firth, written out ----------------------------------------------------------------------------------------

# Log partial likelihood, score, information and the derivatives of the information, risk set by risk set:
# the moments of the covariates under the probabilities with which each patient at risk would have been the one.
cox_parts <- function(beta, d, x, ties) {
  k <- ncol(x)
  value <- 0; score <- rep(0, k); info <- matrix(0, k, k); slope <- array(0, c(k, k, k))
  for (t in unique(d$time[d$event == 1])) {
    died <- d$time == t & d$event == 1
    at_risk <- d$time >= t
    for (j in seq_len(sum(died)) - 1) {
      share <- if (ties == "efron") 1 - died * j / sum(died) else rep(1, nrow(x))
      risk <- exp(drop(x %*% beta)) * at_risk * share
      p <- risk / sum(risk)
      one <- which(died)[j + 1]
      mean <- colSums(p * x)
      centred <- sweep(x, 2, mean)
      value <- value + sum(x[one, ] * beta) - log(sum(risk))
      score <- score + x[one, ] - mean
      info <- info + t(centred) %*% (p * centred)
      for (r in 1:k) slope[r, , ] <- slope[r, , ] + t(centred) %*% (p * centred[, r] * centred)
    }
  }
  trace <- sapply(1:k, function(r) sum(solve(info) * slope[r, , ]))
  list(value = value + 0.5 * log(det(info)), score = score + 0.5 * trace, info = info)
}

# The same for logistic regression, whose penalised score has a closed form with the hat diagonal.
logistic_parts <- function(beta, y, x) {
  p <- drop(plogis(x %*% beta))
  info <- t(x) %*% (p * (1 - p) * x)
  hat <- p * (1 - p) * rowSums((x %*% solve(info)) * x)
  list(value = sum(log(ifelse(y == 1, p, 1 - p))) + 0.5 * log(det(info)),
       score = drop(t(x) %*% (y - p + hat * (0.5 - p))), info = info)
}

# Newton's method on the score, with the derivative of the score by central differences; some coefficients held.
climb <- function(parts, beta, free = rep(TRUE, length(beta))) {
  if (!any(free)) return(list(beta = beta, at = parts(beta)))
  for (i in 1:100) {
    here <- parts(beta)
    curvature <- sapply(which(free), function(j) {
      h <- 1e-5 / sqrt(here$info[j, j]); up <- down <- beta; up[j] <- up[j] + h; down[j] <- down[j] - h
      ((parts(up)$score - parts(down)$score) / (2 * h))[free]
    })
    curvature <- as.matrix(curvature)
    if (any(eigen(-(curvature + t(curvature)))$values <= 0)) curvature <- -here$info[free, free, drop = FALSE]
    step <- -solve(curvature, here$score[free])
    trial <- beta; size <- 1
    repeat {
      trial[free] <- beta[free] + size * step
      value <- parts(trial)$value
      if (is.finite(value) && value >= here$value - 1e-11) break
      size <- size / 2
    }
    beta <- trial
    if (max(abs(step) * sqrt(diag(here$info)[free])) < 1e-11) break
  }
  list(beta = beta, at = parts(beta))
}

firth <- function(parts, start, tested, null_free) {
  best <- climb(parts, start)
  held <- function(j, value, from) {
    beta <- from; beta[j] <- value
    climb(parts, beta, seq_along(beta) != j)
  }
  se <- sqrt(diag(solve(best$at$info)))
  limit <- function(j, side) {
    fall <- function(b) 2 * (best$at$value - held(j, b, best$beta)$at$value) - qchisq(0.95, 1)
    inner <- best$beta[j]; outer <- inner + side * 2 * se[j]
    while (fall(outer) < 0) { inner <- outer; outer <- outer + side * se[j] }
    uniroot(fall, sort(c(inner, outer)), tol = 1e-13)$root
  }
  null <- best$beta; null[tested] <- 0
  null <- climb(parts, null, null_free)
  list(coefficient = I(unname(best$beta[tested])), std_err = I(unname(se[tested])),
       conf_low = I(exp(sapply(tested, limit, -1))), conf_high = I(exp(sapply(tested, limit, 1))),
       p_value = I(sapply(tested, function(j)
         pchisq(2 * (best$at$value - held(j, 0, best$beta)$at$value), 1, lower.tail = FALSE))),
       log_likelihood = best$at$value, log_likelihood_null = null$at$value,
       likelihood_ratio_p = pchisq(2 * (best$at$value - null$at$value), length(tested), lower.tail = FALSE))
}

cox_firth_case <- function(case, covariates, ties) {
  d <- part(case)
  x <- as.matrix(d[covariates])
  fit <- firth(function(beta) cox_parts(beta, d, x, ties), rep(0, ncol(x)), seq_len(ncol(x)), rep(FALSE, ncol(x)))
  c(list(data = case$data, rows = case$rows, covariates = I(covariates), ties = ties), fit)
}

separated <- list(data = "ovarian", rows = which(!(data$ovarian$event == 1 & data$ovarian$ecog == 1)))
cox_firth_cases <- list()
for (ties in c("efron", "breslow")) {
  cases <- list(
    cox_firth_case(list(data = "aml"), "nonmaintained", ties),
    cox_firth_case(list(data = "ovarian"), "rx", ties),
    cox_firth_case(list(data = "ovarian"), c("age", "resid", "rx"), ties),
    cox_firth_case(separated, "ecog", ties),
    cox_firth_case(separated, c("age", "ecog"), ties),
    cox_firth_case(list(data = "veteran", rows = 61:80), c("test", "karno"), ties)
  )
  for (case in tens[c(1, 5, 6, 10, 14, 18)]) {
    d <- part(case)
    candidates <- Filter(function(v) varies(d, v), covariates_of(case$data))
    cases <- c(cases, list(cox_firth_case(case, candidates[1], ties)))
  }
  cox_firth_cases <- c(cox_firth_cases, cases)
}

# ---- logistic: glm ---------------------------------------------------------------------------------------------

logistic_case <- function(case, outcome, covariates) {
  d <- part(case)
  control <- glm.control(epsilon = 1e-14, maxit = 100)
  fit <- suppressWarnings(
    glm(as.formula(paste(outcome, "~", paste(covariates, collapse = "+"))), binomial, d, control = control))
  # glm's weights are those of its last iteration but one: once more from the solution
  fit <- suppressWarnings(glm(formula(fit), binomial, d, control = control, start = coef(fit)))
  table <- summary(fit)$coefficients[-1, , drop = FALSE]
  z <- qnorm(0.975)
  k <- length(covariates)
  null <- glm(as.formula(paste(outcome, "~ 1")), binomial, d, control = control)
  null <- glm(formula(null), binomial, d, control = control, start = coef(null))
  score <- suppressWarnings(anova(null, fit, test = "Rao"))
  list(data = case$data, rows = case$rows, outcome = outcome, covariates = I(covariates),
       endless = any(table[, 2] * sapply(covariates, function(v) sd(d[[v]])) > 1000),
       coefficient = I(unname(table[, 1])), std_err = I(unname(table[, 2])), wald_p = I(unname(table[, 4])),
       conf_low = I(unname(exp(table[, 1] - z * table[, 2]))), conf_high = I(unname(exp(table[, 1] + z * table[, 2]))),
       intercept = unname(coef(fit)[1]), log_likelihood = as.numeric(logLik(fit)),
       log_likelihood_null = as.numeric(logLik(null)),
       likelihood_ratio_p = pchisq(fit$null.deviance - fit$deviance, k, lower.tail = FALSE), score_p = score[2, 6])
}

logistic_firth_case <- function(case, outcome, covariates) {
  d <- part(case)
  x <- cbind(1, as.matrix(d[covariates]))
  y <- d[[outcome]]
  start <- c(qlogis(mean(y)), rep(0, length(covariates)))
  # scaled columns keep the loops stable; the results are put back into the units of the data
  scale <- c(1, apply(x[, -1, drop = FALSE], 2, sd)); centre <- c(0, colMeans(x[, -1, drop = FALSE]))
  z <- sweep(sweep(x, 2, centre), 2, scale, "/")
  fit <- firth(function(beta) logistic_parts(beta, y, z), start, 1 + seq_along(covariates), seq_along(start) == 1)
  units <- scale[-1]
  fit$coefficient <- I(unname(fit$coefficient / units)); fit$std_err <- I(unname(fit$std_err / units))
  fit$conf_low <- I(unname(fit$conf_low^(1 / units))); fit$conf_high <- I(unname(fit$conf_high^(1 / units)))
  fit$log_likelihood <- fit$log_likelihood + sum(log(units))
  fit$log_likelihood_null <- fit$log_likelihood_null + sum(log(units))
  c(list(data = case$data, rows = case$rows, outcome = outcome, covariates = I(covariates)), fit)
}

logistic_cases <- list(
  logistic_case(list(data = "lung"), "female", c("age", "ecog", "loss")),
  logistic_case(list(data = "veteran"), "prior", c("age", "karno")),
  logistic_case(list(data = "veteran"), "prior", "test"),
  logistic_case(list(data = "ovarian"), "event", c("age", "rx")),
  logistic_case(list(data = "ovarian"), "event", "resid"),
  logistic_case(list(data = "colon"), "event", c("lev", "lev5fu", "male", "age", "nodes")),
  logistic_case(list(data = "pbc"), "event", c("age", "female", "edema", "bili", "albumin", "protime")),
  logistic_case(list(data = "heart"), "transplant", "age"),
  logistic_case(separated, "event", "ecog"),
  logistic_case(separated, "event", c("rx", "ecog"))
)
logistic_firth_cases <- list(
  logistic_firth_case(list(data = "veteran"), "prior", c("age", "karno")),
  logistic_firth_case(list(data = "ovarian"), "event", c("age", "rx")),
  logistic_firth_case(list(data = "pbc"), "event", c("age", "female", "edema", "bili")),
  logistic_firth_case(separated, "event", "ecog"),
  logistic_firth_case(separated, "event", c("rx", "ecog"))
)
for (case in tens) {
  d <- part(case)
  candidates <- Filter(function(v) varies(d, v), covariates_of(case$data))
  if (!varies(d, "event")) next
  logistic_cases <- c(logistic_cases, list(logistic_case(case, "event", candidates[1])))
  logistic_firth_cases <- c(logistic_firth_cases, list(logistic_firth_case(case, "event", candidates[1])))
}

# ---- association -----------------------------------------------------------------------------------------------

pairs_of <- list(
  list(data = "lung", x = "age", y = "loss"), list(data = "pbc", x = "bili", y = "albumin"),
  list(data = "ovarian", x = "age", y = "time"), list(data = "veteran", x = "karno", y = "time"),
  list(data = "colon", x = "age", y = "nodes")
)
pairs_of <- c(pairs_of, list(
  list(data = "pbc", rows = tens[[17]]$rows, x = "bili", y = "albumin"),
  list(data = "lung", rows = tens[[1]]$rows, x = "age", y = "loss"),
  list(data = "ovarian", rows = 1:3, x = "age", y = "time"), list(data = "ovarian", rows = 4:7, x = "age", y = "time")
))
pearson_cases <- lapply(pairs_of, function(case) {
  d <- part(case)
  test <- cor.test(d[[case$x]], d[[case$y]])
  limits <- if (is.null(test$conf.int)) NULL else I(as.numeric(test$conf.int))
  c(case, list(r = unname(test$estimate), t = unname(test$statistic), df = unname(test$parameter),
               p_value = test$p.value, limits = limits))
})

groups_of <- list(
  list(data = "lung", value = "age", by = "female"), list(data = "pbc", value = "bili", by = "female"),
  list(data = "ovarian", value = "age", by = "rx"), list(data = "veteran", value = "karno", by = "test"),
  list(data = "colon", value = "nodes", by = "male"), list(data = "aml", value = "time", by = "nonmaintained"),
  list(data = "ovarian", rows = tens[[9]]$rows, value = "age", by = "rx"),
  list(data = "veteran", rows = tens[[5]]$rows, value = "karno", by = "test"),
  list(data = "veteran", rows = 65:76, value = "karno", by = "test"),
  list(data = "pbc", rows = tens[[18]]$rows, value = "age", by = "event"),
  list(data = "ovarian", value = "age", by = "resid"), list(data = "ovarian", value = "time", by = "ecog")
)
two_sided_permutation <- function(a, b) {
  # every way to choose the first group, by enumeration
  rank <- rank(c(a, b)); n <- length(a); middle <- n * (length(rank) + 1) / 2
  sums <- combn(length(rank), n, function(chosen) sum(rank[chosen]))
  seen <- sum(rank[1:n])
  list(distance = mean(abs(sums - middle) >= abs(seen - middle) - 1e-9),
       doubled = min(1, 2 * min(mean(sums <= seen + 1e-9), mean(sums >= seen - 1e-9))))
}
group_cases <- lapply(groups_of, function(case) {
  d <- part(case)
  a <- d[[case$value]][d[[case$by]] == 0]; b <- d[[case$value]][d[[case$by]] == 1]
  tests <- lapply(c(TRUE, FALSE), function(equal) {
    test <- t.test(a, b, var.equal = equal)
    list(t = unname(test$statistic), df = unname(test$parameter), p_value = test$p.value,
         limits = as.numeric(test$conf.int))
  })
  asymptotic <- sapply(c(FALSE, TRUE), function(correct)
    wilcox.test(a, b, exact = FALSE, correct = correct)$p.value)
  u <- unname(wilcox.test(a, b, exact = FALSE)$statistic)
  tied <- anyDuplicated(c(a, b)) > 0
  permuted <- if (choose(length(a) + length(b), length(a)) < 1e6) two_sided_permutation(a, b)
  smaller <- floor(min(u, length(a) * length(b) - u))
  untied <- if (length(a) + length(b) < 60) min(1, 2 * pwilcox(smaller, length(a), length(b)))
  c(case, list(student = tests[[1]], welch = tests[[2]], u = u, plain = asymptotic[1], corrected = asymptotic[2],
               exact = if (tied) NULL else wilcox.test(a, b, exact = TRUE)$p.value,
               distance = permuted$distance, doubled = permuted$doubled, untied = untied))
})

tables <- list(
  c(30, 18, 20, 32), c(3, 1, 1, 3), c(6, 0, 0, 6), c(0, 5, 7, 3), c(12, 5, 29, 2), c(1, 9, 11, 3), c(10, 0, 4, 6),
  c(140, 95, 120, 170), c(2, 3, 6, 4)
)
# the conditional maximum-likelihood odds ratio and its limits, as fisher.test defines them but solved to full precision
odds_ratio <- function(table) {
  m <- sum(table[, 1]); n <- sum(table[, 2]); k <- sum(table[1, ]); seen <- table[1, 1]
  support <- max(0, k - n):min(k, m)
  chance <- function(log_odds) {
    weight <- dhyper(support, m, n, k, log = TRUE) + log_odds * support
    exp(weight - max(weight)) / sum(exp(weight - max(weight)))
  }
  root <- function(excess) exp(uniroot(excess, c(-40, 40), tol = 1e-13)$root)
  at <- function(score, wanted) root(function(b) sum(chance(b) * score) - wanted)
  c(if (seen == min(support)) 0 else if (seen == max(support)) Inf else at(support, seen),
    if (seen == min(support)) 0 else at(support >= seen, 0.025),
    if (seen == max(support)) Inf else at(support > seen, 0.975))
}
fourfold_cases <- lapply(tables, function(counts) {
  table <- matrix(counts, 2)
  test <- fisher.test(table)
  precise <- odds_ratio(table)
  # fisher.test itself stops within about 1% of its limits
  stopifnot(isTRUE(all.equal(precise[2:3], as.numeric(test$conf.int), tolerance = 0.02)))
  plain <- suppressWarnings(chisq.test(table, correct = FALSE))
  yates <- suppressWarnings(chisq.test(table, correct = TRUE))
  list(table = table, fisher = test$p.value, odds_ratio = precise[1], limits = precise[2:3],
       chi_square = unname(plain$statistic), p_value = plain$p.value, yates = unname(yates$statistic),
       yates_p = yates$p.value)
})
larger <- list(
  matrix(c(3, 1, 4, 2, 7, 0), 2), matrix(c(5, 2, 0, 1, 6, 3, 2, 2, 8), 3), table(data$veteran$prior, ceiling(data$veteran$karno / 25)),
  table(data$lung$ecog, data$lung$female), matrix(c(2, 0, 1, 4, 3, 3, 0, 5, 1, 2, 2, 6), 4)
)
table_cases <- lapply(larger, function(counts) {
  counts <- unname(as.matrix(unclass(counts)))
  test <- suppressWarnings(chisq.test(counts))
  list(table = counts, fisher = fisher.test(counts, workspace = 2e7)$p.value, chi_square = unname(test$statistic),
       df = unname(test$parameter), p_value = test$p.value, expected = unname(test$expected))
})

# ---- description -----------------------------------------------------------------------------------------------

shares <- c(0, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.7, 0.75, 0.9, 0.95, 1)
vectors <- list(10 * c(1.0, 1.2, 1.4, 1.8, 2.1, 2.5, 3.0), 42, c(3, 1), data$ovarian$age, data$aml$time, data$lung$loss,
                data$pbc$bili[tens[[17]]$rows], data$veteran$karno, data$lung$age[1:20], data$colon$age[1:100])
quantile_cases <- lapply(vectors, function(values) list(
  values = I(values), spss = unname(quantile(values, shares, type = 6)), r = unname(quantile(values, shares, type = 7)),
  sas = unname(quantile(values, shares, type = 2)), mean = mean(values), sd = sd(values)
))
proportion_cases <- lapply(list(c(0, 6), c(1, 6), c(6, 6), c(3, 10), c(7, 30), c(50, 100), c(1, 1), c(12, 999)),
  function(case) list(
    k = case[1], n = case[2],
    wilson = as.numeric(suppressWarnings(prop.test(case[1], case[2], correct = FALSE))$conf.int),
    exact = as.numeric(binom.test(case[1], case[2])$conf.int),
    exact90 = as.numeric(binom.test(case[1], case[2], conf.level = 0.9)$conf.int)
  ))

write_json(
  list(cox = cox_cases, cox_firth = cox_firth_cases, logistic = logistic_cases, logistic_firth = logistic_firth_cases,
       pearson = pearson_cases, groups = group_cases, fourfold = fourfold_cases, tables = table_cases,
       shares = shares, quantiles = quantile_cases, proportions = proportion_cases),
  "tests/reference/regression.json", digits = NA, auto_unbox = TRUE, null = "null", na = "string", pretty = 1
)
