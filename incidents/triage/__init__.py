"""Understanding a report: plain Python rules, no Django, no clock, no randomness."""

from incidents.triage.classifier import CompiledRules, classify, compile_rules
from incidents.triage.result import PRIORITIES, TYPES, Candidate, Classification, Facts, Reason
from incidents.triage.rules import RuleError, RuleProblem, RuleSource, builtin_rules, check_rules

__all__ = [
    "PRIORITIES",
    "TYPES",
    "Candidate",
    "Classification",
    "CompiledRules",
    "Facts",
    "Reason",
    "RuleError",
    "RuleProblem",
    "RuleSource",
    "builtin_rules",
    "check_rules",
    "classify",
    "compile_rules",
]
