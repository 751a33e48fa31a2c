"""References, numbered in order of first mention; only those that the text mentions."""

import re
from collections.abc import Sequence

_MENTION = re.compile(r"\[@(?P<keys>[a-z0-9, @]+)\]")

REFERENCES = {
    "barg": (
        "Kruschke JK. Bayesian analysis reporting guidelines. Nat Hum Behav 2021;5:1282–1291. "
        "https://doi.org/10.1038/s41562-021-01177-7"
    ),
    "nuts": (
        "Hoffman MD, Gelman A. The No-U-Turn sampler. J Mach Learn Res 2014;15:1593–1623. "
        "https://doi.org/10.48550/arXiv.1111.4246"
    ),
    "psis": (
        "Vehtari A, et al. Pareto smoothed importance sampling. J Mach Learn Res 2024;25(72):"
        "1–58. https://doi.org/10.48550/arXiv.1507.02646"
    ),
    "pymc": (
        "Abril-Pla O, et al. PyMC: a modern and comprehensive probabilistic programming "
        "framework in Python. PeerJ Comput Sci 2023;9:e1516. "
        "https://doi.org/10.7717/peerj-cs.1516"
    ),
    "arviz": (
        "Kumar R, et al. ArviZ: a unified library for exploratory analysis of Bayesian models "
        "in Python. J Open Source Softw 2019;4:1143. "
        "https://doi.org/10.21105/joss.01143"
    ),
    "rhat": (
        "Vehtari A, et al. Rank-normalization, folding, and localization: an improved R-hat. "
        "Bayesian Anal 2021;16:667–718. "
        "https://doi.org/10.1214/20-BA1221"
    ),
    "bfmi": (
        "Betancourt M. Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte "
        "Carlo. 2016. "
        "https://doi.org/10.48550/arXiv.1604.00695"
    ),
    "loo": (
        "Vehtari A, Gelman A, Gabry J. Practical Bayesian model evaluation using leave-one-out "
        "cross-validation and WAIC. Stat Comput 2017;27:1413–1432. "
        "https://doi.org/10.1007/s11222-016-9696-4"
    ),
    "stacking": (
        "Yao Y, et al. Using stacking to average Bayesian predictive distributions. Bayesian "
        "Anal 2018;13:917–1007. "
        "https://doi.org/10.1214/17-BA1091"
    ),
    "uncertainty": (
        "Sivula T, et al. Uncertainty in Bayesian leave-one-out "
        "cross-validation based model comparison. 2020. "
        "https://doi.org/10.48550/arXiv.2008.10296"
    ),
    "visual": (
        "Gabry J, et al. Visualization in Bayesian workflow. J R Stat Soc A 2019;182:389–402. "
        "https://doi.org/10.1111/rssa.12378"
    ),
    "propensity": (
        "Rosenbaum PR, Rubin DB. The central role of the propensity score in observational studies "
        "for causal effects. Biometrika 1983;70:41–55. https://doi.org/10.1093/biomet/70.1.41"
    ),
    "caliper": (
        "Austin PC. Optimal caliper widths for propensity-score matching when estimating "
        "differences in means and differences in proportions in observational studies. Pharm Stat "
        "2011;10:150–161. https://doi.org/10.1002/pst.433"
    ),
    "overlap": (
        "Li F, Morgan KL, Zaslavsky AM. Balancing covariates via propensity score weighting. J Am "
        "Stat Assoc 2018;113:390–400. https://doi.org/10.1080/01621459.2016.1260466"
    ),
    "firth": (
        "Heinze G, Schemper M. A solution to the problem of monotone likelihood in Cox regression. "
        "Biometrics 2001;57:114–119. https://doi.org/10.1111/j.0006-341X.2001.00114.x"
    ),
    "horseshoe": (
        "Piironen J, Vehtari A. Sparsity information and regularization in the horseshoe and other "
        "shrinkage priors. Electron J Stat 2017;11:5018–5051. https://doi.org/10.1214/17-EJS1337SI"
    ),
    "rtwodtwo": (
        "Zhang YD, et al. Bayesian regression using a prior on the model fit: the R2-D2 shrinkage "
        "prior. J Am Stat Assoc 2022;117:862–874. https://doi.org/10.1080/01621459.2020.1825449"
    ),
    "competing": (
        "Putter H, Fiocco M, Geskus RB. Tutorial in biostatistics: competing risks and multi-state "
        "models. Stat Med 2007;26:2389–2430. https://doi.org/10.1002/sim.2712"
    ),
    "gray": (
        "Gray RJ. A class of K-sample tests for comparing the cumulative incidence of a competing "
        "risk. Ann Stat 1988;16:1141–1154. https://doi.org/10.1214/aos/1176350951"
    ),
    "finegray": (
        "Fine JP, Gray RJ. A proportional hazards model for the subdistribution of a competing "
        "risk. J Am Stat Assoc 1999;94:496–509. https://doi.org/10.1080/01621459.1999.10474144"
    ),
    "subgroups": (
        "Jones HE, et al. Bayesian models for subgroup analysis in clinical trials. Clin Trials "
        "2011;8:129–143. https://doi.org/10.1177/1740774510396933"
    ),
    "landmark": (
        "Anderson JR, Cain KC, Gelber RD. Analysis of survival by tumor response. J Clin Oncol "
        "1983;1:710–719. https://doi.org/10.1200/JCO.1983.1.11.710"
    ),
    "grouped": (
        "Prentice RL, Gloeckler LA. Regression analysis of grouped survival data with application "
        "to breast cancer data. Biometrics 1978;34:57–67. "
        "https://doi.org/10.2307/2529588"
    ),
    "piecewise": (
        "Friedman M. Piecewise exponential models for survival data with covariates. Ann Stat "
        "1982;10:101–113. "
        "https://doi.org/10.1214/aos/1176345693"
    ),
    "yang": (
        "Yang S, Prentice R. Semiparametric analysis of short-term and long-term hazard ratios "
        "with two-sample survival data. Biometrika 2005;92:1–17. "
        "https://doi.org/10.1093/biomet/92.1.1"
    ),
    "survextrap": (
        "Jackson CH. survextrap: a package for flexible and transparent survival extrapolation. "
        "BMC Med Res Methodol 2023;23:282. "
        "https://doi.org/10.1186/s12874-023-02094-1"
    ),
    "sceptical": (
        "Spiegelhalter DJ, Freedman LS, Parmar MKB. Bayesian approaches to randomized trials. "
        "J R Stat Soc A 1994;157:357–416. "
        "https://doi.org/10.2307/2983527"
    ),
    "km": (
        "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat "
        "Assoc 1958;53:457–481. "
        "https://doi.org/10.1080/01621459.1958.10501452"
    ),
    "reverse": (
        "Schemper M, Smith TL. A note on quantifying follow-up in studies of failure time. "
        "Control Clin Trials 1996;17:343–346. "
        "https://doi.org/10.1016/0197-2456(96)00075-X"
    ),
    "logrank": (
        "Peto R, Peto J. Asymptotically efficient rank invariant test procedures. J R Stat "
        "Soc A 1972;135:185–207. "
        "https://doi.org/10.2307/2344317"
    ),
    "fleming": (
        "Harrington DP, Fleming TR. A class of rank test procedures for censored survival "
        "data. Biometrika 1982;69:553–566. "
        "https://doi.org/10.1093/biomet/69.3.553"
    ),
    "cox": (
        "Cox DR. Regression models and life-tables. J R Stat Soc B 1972;34:187–220. "
        "https://doi.org/10.1111/j.2517-6161.1972.tb00899.x"
    ),
    "efron": (
        "Efron B. The efficiency of Cox’s likelihood function for censored data. J Am Stat "
        "Assoc 1977;72:557–565. "
        "https://doi.org/10.1080/01621459.1977.10480613"
    ),
    "zph": (
        "Grambsch PM, Therneau TM. Proportional hazards tests and diagnostics based on "
        "weighted residuals. Biometrika 1994;81:515–526. "
        "https://doi.org/10.1093/biomet/81.3.515"
    ),
    "rmst": (
        "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard "
        "ratio for the design and analysis of randomized trials with a time-to-event outcome. "
        "BMC Med Res Methodol 2013;13:152. "
        "https://doi.org/10.1186/1471-2288-13-152"
    ),
    "standardise": (
        "Daniel R, Zhang J, Farewell D. Making apples from oranges: comparing noncollapsible "
        "effect estimators and their standard errors after adjustment for different covariate "
        "sets. Biom J 2021;63:528–557. "
        "https://doi.org/10.1002/bimj.201900297"
    ),
    "smd": (
        "Austin PC. Balance diagnostics for comparing the distribution of baseline covariates "
        "between treatment groups in propensity-score matched samples. Stat Med "
        "2009;28:3083–3107. "
        "https://doi.org/10.1002/sim.3697"
    ),
}
"""Full references by key."""


def numbered(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Texts with mentions such as ``[@cox, @efron]`` as numbers, and the references they name.

    Parameters
    ----------
    texts : sequence of str
        Texts.

    Returns
    -------
    texts, references : tuple of str
        Both in order.

    Examples
    --------
    >>> texts, references = numbered(["Cox regression [@cox] with ties [@efron, @cox]."])
    >>> texts[0], len(references)
    ('Cox regression [1] with ties [2, 1].', 2)
    """
    order: list[str] = []

    def number(match: re.Match[str]) -> str:
        keys = [key.strip().removeprefix("@") for key in match["keys"].split(",")]
        order.extend(key for key in keys if key not in order)
        return f"[{', '.join(str(order.index(key) + 1) for key in keys)}]"

    replaced = tuple(_MENTION.sub(number, text) for text in texts)
    return replaced, tuple(REFERENCES[key] for key in order)
