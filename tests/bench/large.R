# Reads an extract in the form of resources/example-cohort/patients.csv and computes what that study's file asks for,
# with `survival`: the yardstick of large.py.   Rscript large.R EXTRACT
library(survival)
t0 <- proc.time()
d <- read.csv(commandArgs(trailingOnly = TRUE)[1], na.strings=c("NA",""), stringsAsFactors=TRUE)
for (n in grep("^date_", names(d), value=TRUE)) d[[n]] <- as.Date(as.character(d[[n]]))
m <- 30.4375
d$os1 <- as.numeric(d$date_last_contact - d$date_diagnosis)/m
d$os2 <- as.numeric(d$date_last_contact - d$date_surgery)/m
d$dead <- d$status == "dead"
end <- pmin(d$date_progression, d$date_last_contact, na.rm=TRUE)
d$pfs <- as.numeric(end - d$date_surgery)/m
d$ev <- !is.na(d$date_progression) | d$dead
d$cause <- factor(ifelse(!is.na(d$date_progression), "prog", ifelse(d$dead, "death", "cens")), levels=c("cens","prog","death"))
d$cc <- factor(ifelse(d$cc_score <= 1, "CC0/1", "CC2/3")); d$pcig <- factor(ifelse(d$pci < 20, "lo","hi"), levels=c("lo","hi"))
d$tb <- factor(ifelse(d$prior_treatment=="none","no","yes")); d$ecog <- factor(d$ecog)
cat("read", (proc.time()-t0)[3], "\n")
for (e in list(c("os1","dead"), c("os2","dead"), c("pfs","ev"))) {
  S <- Surv(d[[e[1]]], d[[e[2]]])
  for (g in list("1","cc","pcig","tumour","ecog")) { if (e[1] != "os2" && g %in% c("pcig","tumour","ecog")) next
    f <- survfit(as.formula(paste("S ~", g)), data=d, conf.type="log-log"); s <- summary(f, times=c(12,36,60)); summary(f)$table; print(f, rmean=60)
    if (g != "1") survdiff(as.formula(paste("S ~", g)), data=d) }
}
S <- Surv(d$os1, d$dead)
survfit(Surv(pmin(as.numeric(date_surgery-date_diagnosis)/m, os1-1e-6), os1, dead) ~ 1, data=d)
cat("km", (proc.time()-t0)[3], "\n")
cov <- c("sex","age","bmi","ecog","tumour","afp","child_pugh","cirrhosis","synchronous","tb","pci","cc","hipec","operation_minutes","blood_loss_ml","transfusion_units","anastomoses")
for (e in list(c("os2","dead"), c("pfs","ev"))) {
  S <- Surv(d[[e[1]]], d[[e[2]]])
  for (v in cov) { f <- coxph(as.formula(paste("S ~", v)), data=d); summary(f); cox.zph(f) }
  f <- coxph(as.formula(paste("S ~ cc+pci+tumour+ecog+age+sex", if (e[1]=="pfs") "+child_pugh+cirrhosis" else "")), data=d); summary(f); cox.zph(f)
}
cat("cox", (proc.time()-t0)[3], "\n")
f <- survfit(Surv(pfs, cause) ~ 1, data=d); f <- survfit(Surv(pfs, cause) ~ cc, data=d); summary(f, times=c(12,36,60))
cat("cif", (proc.time()-t0)[3], "\n")
for (L in c(3,6)) { x <- d[d$os2 > L,]; x$ex <- !is.na(x$date_adjuvant) & as.numeric(x$date_adjuvant-x$date_surgery)/m <= L
  f <- survfit(Surv(os2-L, dead) ~ ex, data=x); survdiff(Surv(os2-L, dead) ~ ex, data=x); coxph(Surv(os2-L, dead) ~ ex, data=x) }
for (v in cov) { x <- d[[v]]; if (is.numeric(x)) { quantile(x, c(.25,.5,.75), type=6, na.rm=TRUE); tapply(x, d$cc, quantile, c(.25,.5,.75), type=6, na.rm=TRUE); wilcox.test(x ~ d$cc, exact=FALSE) } else { table(x, d$cc); chisq.test(x, d$cc, correct=FALSE) } }
print(proc.time()-t0)
