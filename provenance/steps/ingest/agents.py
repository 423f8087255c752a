"""The machines that we know by their addresses and names, and what tells a bot from a person.

    >>> agent_of("Copilot", "198982749+Copilot@users.noreply.github.com")
    'copilot'
    >>> agent_of("Claude Dupont", "claude.dupont@example.fr")
    ''
    >>> is_bot("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
    True

Addresses were read in public commits and in the tools' own documentation. Numeric GitHub ids count before names, which
change. Adding a tool is adding a line.
"""

from __future__ import annotations

import re

#: Full address, lower-case -> agent.
ADDRESSES = {
    "noreply@anthropic.com": "claude", "claude@anthropic.com": "claude",
    "cursoragent@cursor.com": "cursor", "agent@cursor.com": "cursor",
    "noreply@aider.chat": "aider", "aider@aider.chat": "aider",
    "copilot@github.com": "copilot", "noreply@openai.com": "codex", "codex@openai.com": "codex",
    "agent@replit.com": "replit", "openhands@all-hands.dev": "openhands", "amp@ampcode.com": "amp",
    "noreply@opencode.ai": "opencode", "crush@charm.land": "crush", "agent@warp.dev": "warp",
    "qwen-coder@alibabacloud.com": "qwen", "junie@jetbrains.com": "junie", "no-reply@ona.com": "ona",
}
#: Numeric id in ``<id>+<name>@users.noreply.github.com`` -> agent.
GITHUB_IDS = {
    "198982749": "copilot", "223556219": "copilot", "175728472": "copilot", "209825114": "claude",
    "158243242": "devin", "161369871": "jules", "176961590": "gemini", "199175422": "codex", "138933559": "droid",
}
#: Names of GitHub apps ("name[bot]") -> agent.
APPS = {
    "copilot": "copilot", "copilot-swe-agent": "copilot", "claude": "claude", "devin-ai-integration": "devin",
    "google-labs-jules": "jules", "gemini-code-assist": "gemini", "chatgpt-codex-connector": "codex",
    "cursor": "cursor", "factory-droid": "droid", "sweep-ai": "sweep", "openhands-agent": "openhands",
    "codegen-sh": "codegen",
    "lovable-dev": "lovable", "gpt-engineer-app": "lovable", "v0": "v0",
}
#: Names that no person has, at any address. First names (Claude, Devin, Jules, Amp) are left out on purpose.
_NAMES = tuple((re.compile(pattern, re.IGNORECASE), agent) for pattern, agent in (
    (r"claude[ -](?:code|opus|sonnet|haiku|fable|\d)[\w .():/-]*", "claude"),
    (r"(?:github )?copilot(?: [\w .():/-]*)?(?: ?\([^)]*\))?", "copilot"),
    (r"cursor(?: agent| ai)?", "cursor"),
    (r"(?:openai )?codex(?: cli)?(?: ?[(:/][\w .:/-]*\)?)?", "codex"),
    (r"chat ?gpt[\w .():/-]*|gpt-\d[\w .():/-]*", "chatgpt"),
    (r"(?:google )?gemini(?: cli| code assist|[ -]\d[\w .-]*)?(?: ?[(:/][\w .:/-]*\)?)?", "gemini"),
    (r"aider(?: ?[(:/][\w .:/-]*\)?)?", "aider"),
    (r"devin ai|devin\.ai", "devin"), (r"google jules|jules (?:ai|agent)", "jules"),
    (r"windsurf(?: ai)?|codeium", "windsurf"), (r"openhands", "openhands"), (r"opencode", "opencode"),
    (r"replit agent", "replit"), (r"qwen[ -]?coder[\w .:/-]*", "qwen"), (r"deepseek[\w .:/-]*", "deepseek"),
    (r"claude:[\w .:/-]+", "claude"),
))
_GITHUB = re.compile(r"(?:([0-9]+)\+)?(.+?)(\[bot\])?@users\.noreply\.github\.com")
_MODEL = re.compile(
    r"\b((?:claude|gpt|gemini|codex|qwen|deepseek|llama|mistral|codestral|grok|sonnet|opus|haiku|o[1-9])"
    r"[ :/-]?(?:[\w.-]*\d[\w.:-]*|opus|sonnet|haiku|fable)(?:[ -](?:\d[\w.-]*|pro|mini|flash|max|codex))*)",
    re.IGNORECASE)
_BOT_ADDRESSES = {
    "support@dependabot.com", "bot@renovateapp.com", "renovate@whitesourcesoftware.com", "action@github.com",
    "actions@github.com", "github-actions@github.com", "support@greenkeeper.io", "snyk-bot@snyk.io",
    "badges@fossa.io", "travis@travis-ci.org", "bot@gitpod.io", "hosted@weblate.org", "noreply@weblate.org",
}


def agent_of(name: str, email: str) -> str:
    """The AI tool that an identity is, or empty."""
    address = email.strip().lower()
    if address in ADDRESSES:
        return ADDRESSES[address]
    if match := _GITHUB.fullmatch(address):
        if match[1] in GITHUB_IDS:
            return GITHUB_IDS[match[1]]
        if match[3]:
            return APPS.get(match[2], "")
    plain = " ".join(name.split())
    if plain.lower().endswith("[bot]") and (app := APPS.get(plain[:-5].lower())):
        return app
    # The kernel writes AGENT:MODEL, others "Agent / model".
    plain = plain.split(" [")[0].strip()
    return next((agent for pattern, agent in _NAMES if pattern.fullmatch(plain)), "") or _pair(plain, email)


def _pair(plain: str, email: str) -> str:
    # "Claude / opus" and "claude:claude-3" without an address are the documented forms of Assisted-by.
    first, mark, rest = plain.replace(" / ", ":").partition(":")
    known = {agent for _, agent in _NAMES} | {"amp"}
    return first.lower() if mark and rest and not email and first.lower() in known else ""


def is_bot(name: str, email: str) -> bool:
    """Whether an identity is a program. Asked after `agent_of`: an AI tool is one as well."""
    address = email.strip().lower()
    match = _GITHUB.fullmatch(address)
    return address in _BOT_ADDRESSES or bool(match and match[3]) or name.strip().lower().endswith("[bot]")


def model_of(text: str) -> str:
    """The model named in a text, as written, at most 60 characters; empty where there is none."""
    match = _MODEL.search(text)
    return match[1].strip()[:60] if match else ""
