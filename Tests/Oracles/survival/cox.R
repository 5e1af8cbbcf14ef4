# Rscript Tests/Oracles/survival/cox.R DATA > Tests/SurvivalTests/Golden/cox.csv
# writes reference values of Cox fits, a line each: name, value. DATA is a folder with rossi.csv, lung.csv
# and stanford_heart.csv of lifelines. Made with R 4.2 and survival 3.5.
library(survival)
folder <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(folder, name))
lung <- read("lung.csv"); rossi <- read("rossi.csv"); heart <- read("stanford_heart.csv")
rossi$pair <- (seq_len(nrow(rossi)) - 1) %/% 2
put <- function(name, value) cat(sprintf("%s,%.15g\n", name, value), sep = "")
fit <- function(name, ...) {
  # The call as it was written: R looks up weights and clusters in the data by name.
  control <- coxph.control(eps = 1e-13, iter.max = 60, toler.chol = 1e-14)
  call <- as.call(c(quote(coxph), as.list(substitute(list(...)))[-1], list(control = control)))
  m <- eval(call, parent.frame())
  put(paste(name, "coefficient", names(coef(m))), coef(m))
  put(paste(name, "error", names(coef(m))), sqrt(diag(vcov(m))))
  put(paste(name, c("null", "likelihood")), m$loglik)
}
all <- Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio
fit("efron", all, rossi)
fit("breslow", all, rossi, ties = "breslow")
fit("strata", update(all, . ~ . - race + strata(race)), rossi)
fit("robust", all, rossi, robust = TRUE)
fit("cluster", all, rossi, cluster = pair)
fit("weighted", Surv(week, arrest) ~ fin + age, rossi, weights = 1 + prio, robust = FALSE)
fit("weighted robust", Surv(week, arrest) ~ fin + age, rossi, weights = 1 + prio, robust = TRUE)
fit("offset", Surv(week, arrest) ~ fin + prio + offset(age), transform(rossi, age = age / 20))
fit("entry", Surv(start, stop, event) ~ age + year + surgery + transplant, heart)
fit("entry robust", Surv(start, stop, event) ~ age + year + surgery + transplant, heart, cluster = id)
fit("lung", Surv(time, status) ~ age + sex + ph.ecog, lung)
