# Rscript Tests/Oracles/survival/curves.R DATA > Tests/SurvivalTests/Golden/curves.csv
# writes reference values of curves and tests, a line each: name, value. DATA is a folder with rossi.csv,
# lung.csv and stanford_heart.csv of lifelines. Made with R 4.2 and survival 3.5.
library(survival)
folder <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(folder, name))
put <- function(name, value) cat(name, sprintf("%.15g", value), sep = ",", fill = TRUE)
lung <- read("lung.csv"); rossi <- read("rossi.csv"); heart <- read("stanford_heart.csv")
curve <- function(name, fit, at) {
  s <- summary(fit, times = at)
  put(paste(name, "survival", at), s$surv)
  put(paste(name, "error", at), s$std.err)
  put(paste(name, "lower", at), s$lower)
  put(paste(name, "upper", at), s$upper)
  put(paste(name, "hazard", at), s$cumhaz)
  put(paste(name, "hazard error", at), s$std.chaz)
}
km <- survfit(Surv(time, status) ~ 1, lung, conf.type = "log-log")
for (at in c(100, 310, 700)) curve("lung", km, at)
med <- quantile(km, 0.5)
put("lung median", med$quantile); put("lung median lower", med$lower); put("lung median upper", med$upper)
put("lung mean 500", summary(km, rmean = 500)$table["rmean"])
put("lung mean error 500", summary(km, rmean = 500)$table["se(rmean)"])
for (at in c(30, 200)) curve("heart", survfit(Surv(start, stop, event) ~ 1, heart, conf.type = "log"), at)
for (at in c(20, 52)) curve("rossi", survfit(Surv(week, arrest) ~ 1, rossi, weights = 1 + prio, conf.type = "plain"), at)
put("logrank sex", survdiff(Surv(time, status) ~ sex, lung)$chisq)
put("logrank ecog", survdiff(Surv(time, status) ~ ph.ecog, lung)$chisq)
put("logrank rho sex", survdiff(Surv(time, status) ~ sex, lung, rho = 1)$chisq)
put("logrank sex strata", survdiff(Surv(time, status) ~ sex + strata(ph.ecog), lung)$chisq)
