"""The shapes of secrets: keys and tokens by their issuers' prefixes, passwords by where languages and tools put them.

    >>> next(rule.name for rule in RULES if rule.pattern.search("//PAY JOB (A),USER=U,PASSWORD=HUNTER22"))
    'jcl-password'

They know shapes, not meanings: a password that looks like an ordinary word in an ordinary field passes. The group ``v``
of a pattern is the value. Every repeat is bounded, and a pattern is only tried where one of its words occurs, so that a
text of hostile make takes no time.

Sources of the shapes: the issuers' own descriptions of their keys' prefixes, RFC 7468 (PEM), RFC 7519 (JWT), RFC 3986
(user information in an address), the manuals of the languages and databases; where a password goes in COBOL, JCL, RPG,
REXX, PL/I and ABAP is our own list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What stands for a value without being one.
PLACEHOLDER = r"(?![<{$%&*?#.:\[]|[xX]{3}|your|YOUR|example|EXAMPLE|dummy|DUMMY|none\b|NONE\b|null\b|NULL\b)"
_NAME = (r"(?:PASSWORD|PASSWD|PASSWRD|PASSPHRASE|PASSCODE|PASSW|PSWD|PWORD|PWD|SECRET|API[-_]?KEY|ACCESS[-_]?KEY|AUTH[-_]?TOKEN"
         r"|CREDENTIAL|KENNWORT|MOT[-_]?DE[-_]?PASSE|CONTRASEN|WACHTWOORD|SENHA"
         r"|(?<![A-Z])(?:DB|WS|WK|SQL|ORA|FTP|MQ|USER|USR|LOGIN|LOGON|ADMIN|ROOT|DB2|STORE|KEY|OWNER|WEB|SAP)[-_]PASS(?![A-Z])"
         r"|(?<=_)PW(?![A-Z]))")
#: Names of a password's relatives: its length, its prompt, where it is kept.
_ABOUT = (r"(?:LEN|LENGTH|SIZE|TYPE|FIELD|LABEL|PROMPT|TEXT|MSG|MESSAGE|ERR|ERROR|NAME|FILE|PATH|URL|URI|HINT|PARAM|COLUMN"
          r"|HEADER|HDR"
          r"|TITLE|ATTR|COLOR|TABLE|FLAG|STATUS|IND|SW|SWITCH|ENCODING|CHARSET|ALGORITHM|EXPIRED|EXPIRY|RULE|PATTERN|REGEX|ID)")
#: A data name that holds a password.
_FIELD = rf"[A-Z0-9-]{{0,30}}?{_NAME}(?![A-Z0-9-]{{0,24}}[-_]{_ABOUT}(?![A-Z0-9]))[A-Z0-9-]{{0,30}}(?![A-Z0-9-])"
_SLOT = rf"{_NAME}(?!\w{{0,24}}[-_]?{_ABOUT}(?![A-Z0-9]))[\w-]{{0,30}}"
#: A literal that can be a value: no blank in it, three signs at least.
_LITERAL = (rf"X?(?:'{PLACEHOLDER}(?P<v>[^'\s]{{3,200}})'|\"{PLACEHOLDER}(?P<w>[^\"\s]{{3,200}})\""
            rf"|`{PLACEHOLDER}(?P<b>[^`\s]{{3,200}})`)")
_BARE = rf"{PLACEHOLDER}(?P<v>[^\s'\",;()]{{3,64}})"
_EITHER = (rf"(?:'{PLACEHOLDER}(?P<v>[^'\s]{{3,64}})'|\"{PLACEHOLDER}(?P<w>[^\"\s]{{3,64}})\""
           rf"|{PLACEHOLDER}(?P<u>[^\s'\",;()]{{3,64}}))")
_WORDS = ("passw", "passp", "passc", "-pass", "_pass", "pswd", "pword", "pwd", "secret", "apikey", "api-key", "api_key",
          "accesskey", "access-key", "access_key", "authtoken", "auth-token", "auth_token", "credential", "kennwort",
          "motdepasse", "mot-de-passe", "mot_de_passe", "contrasen", "wachtwoord", "senha", "_pw")


#: What an FTP client is told, and a person is not called.
_NO_FTP = r"(?!(?:ascii|binary|bin|get|put|open|cd|lcd|quit|mget|mput|locsite|site|ebcdic)\b|//)"


@dataclass(frozen=True, slots=True)
class SecretRule:
    """One shape.

    Attributes:
        words: in lower case; every match holds one, so the pattern is tried around them alone.
        strict: the place alone makes it a secret, so that a plain word counts as one too.
        before, after: characters that a match can reach before and after its word.
    """

    name: str
    kind: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    strict: bool = True
    before: int = 500
    after: int = 500


def _rule(name: str, kind: str, words: tuple[str, ...], pattern: str, flags: int = re.IGNORECASE, strict: bool = True,
          before: int = 500, after: int = 500) -> SecretRule:
    return SecretRule(name, kind, words, re.compile(pattern, flags), strict, before, after)


_I, _IM = re.IGNORECASE, re.IGNORECASE | re.MULTILINE
_COBOL, _PW = _WORDS, ("password", "passwd", "pwd")

#: In the order in which `secret_in` names them.
RULES: tuple[SecretRule, ...] = (
    _rule("private-key", "key", ("private key", "putty-user-key"),
          r"(?P<v>-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d)", 0),
    _rule("aws-key", "key", ("akia", "asia", "abia", "acca"), r"\b(?P<v>(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16})\b", 0),
    _rule("aws-key", "key", ("aws_secret", "aws-secret", "awssecret"),
          r"aws[-_]?secret[-_]?(?:access[-_]?)?key[\"']?\s{0,9}(?:=>|:="
          r"|[=:,])\s{0,9}[\"']?(?P<v>[A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])"),
    _rule("github-token", "token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
          r"\b(?P<v>gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{40,255})", 0),
    _rule("gitlab-token", "token", ("glpat-",), r"\b(?P<v>glpat-[A-Za-z0-9_-]{20,255})", 0),
    _rule("slack-token", "token", ("xox",), r"\b(?P<v>xox[abeoprs]-[A-Za-z0-9-]{10,255})", 0),
    _rule("google-key", "key", ("aiza",), r"\b(?P<v>AIza[0-9A-Za-z_-]{35})", 0),
    _rule("stripe-key", "key", ("k_live_",), r"\b(?P<v>[rs]k_live_[0-9A-Za-z]{16,255})", 0),
    _rule("model-key", "key", ("sk-",), r"\b(?P<v>sk-(?:[A-Za-z]{1,20}-){0,4}[A-Za-z0-9_]{20,255})", 0),
    _rule("hub-token", "token", ("hf_", "npm_", "pypi-"),
          r"\b(?P<v>hf_[A-Za-z0-9]{30,255}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,255})", 0),
    _rule("jwt", "token", ("eyj",),
          r"(?<![A-Za-z0-9_-])(?P<v>eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,4000})", 0, after=12_100),
    _rule("authorization", "token", ("authorization",),
          r"\bAuthorization[\"']?\s{0,9}[:=,]\s{0,9}[\"']?(?:Basic|Bearer)\s{1,9}" + PLACEHOLDER + r"(?P<v>[A-Za-z0-9+/._~=-"
                r"]{12,40"
                r"00})", after=4_100),
    _rule("address-with-password", "password", ("://",),
          r"\b[a-z][a-z0-9+.-]{0,15}://[^\s:/@'\"<>{}]{1,100}:" + PLACEHOLDER + r"(?P<v>[^\s:/@'\"]{2,200})@[^\s'\"]"),
    _rule("connection-string", "password", _PW,
          r"(?:;|\bDSN=[^\s;'\"]{1,60};(?:UID=[^\s;'\"]{1,60};)?|[?&])\s{0,9}(?:password|pwd)\s{0,9}=\s{0,9}" + PLACEHOLDER
          + r"(?P<v>[^;\s'\"&]{3,200})"),
    _rule("sql-identified-by", "password", ("identified",),
          r"\bIDENTIFIED\s{1,20}BY\s{1,20}" + PLACEHOLDER
          + r"(?!VALUES\b|EXTERNALLY\b|PASSWORD\b)(?=[\"']|[^\s;]{0,64}\d|[^\s;]{1,64}\s?;)[\"']?(?P<v>[^;\s\"'&|]{3,64})"),
    _rule("sql-connect", "password", ("connect", "conn "),
          r"(?:^[ \t]{0,40}CONN(?:ECT)?|\bEXEC\s{1,9}SQL\s{1,40}CONNECT)\s{1,9}'?[A-Z0-9_$]{1,64}/" + PLACEHOLDER
          + r"(?P<v>[^\s/@';]{3,64})", _IM),
    _rule("jcl-password", "password", _PW,
          r"^//[^\n]{0,120}?[,\s](?:PASSWORD|PASSWD|PWD)=" + PLACEHOLDER + r"\(?(?P<v>[A-Z0-9@#$]{3,100})", _IM),
    _rule("cobol-password", "password", _COBOL, rf"\bMOVE\s{{1,40}}{_LITERAL}\s{{1,80}}TO\s{{1,80}}{_FIELD}"),
    _rule("cobol-password", "password", _COBOL,
          rf"\b(?:0[1-9]|[1-4]\d|77|78)\s{{1,20}}{_FIELD}[^.]{{0,120}}?\bVALUE\s{{1,80}}(?:IS\s{{1,20}})?{_LITERAL}"),
    _rule("cobol-password", "password", _COBOL,
          rf"\b(?:IF|UNTIL|WHEN|AND|OR)\s{{1,40}}{_FIELD}\s{{0,40}}(?:IS\s{{1,9}})?(?:NOT\s{{0,9}})?"
          rf"(?:=|<>|EQUALS?(?:\s{{1,9}}TO)?)\s{{0,80}}{_LITERAL}"),
    _rule("cobol-password", "password", _COBOL,
          rf"\b(?:IF|UNTIL|WHEN|AND|OR)\s{{1,40}}{_LITERAL}\s{{0,40}}=\s{{0,40}}{_FIELD}"),
    _rule("cobol-password", "password", _COBOL,
          rf"\bSTRING\s{{1,40}}{_LITERAL}\s{{1,40}}DELIMITED\b[^.]{{0,60}}\bINTO\s{{1,40}}{_FIELD}"),
    _rule("cobol-password", "password", _COBOL, rf"\bSET\s{{1,40}}{_FIELD}\s{{1,80}}TO\s{{1,80}}{_LITERAL}"),
    _rule("cobol-password", "password", _COBOL, rf"\bEVALUATE\s{{1,40}}{_FIELD}\s{{1,80}}WHEN\s{{1,20}}{_LITERAL}"),
    _rule("sql-connect-using", "password", ("using",),
          rf"\bUSER\s{{1,40}}:?'?[A-Z0-9_.$@#-]{{1,64}}'?\s{{1,80}}USING\s{{1,40}}(?!['\"]?:){_EITHER}"),
    _rule("password-option", "password", ("password", "passwd", "masterpw", "readpw", "updatepw", "controlpw", "rmtpwd"),
          r"(?<![A-Z0-9_.-])(?:NEW)?(?:PASSWORD|PASSWD|MASTERPW|READPW|UPDATEPW|CONTROLPW|RMTPWD|NEWPASSWORD|SETPASSWORD)"
          rf"\s{{0,9}}\(\s{{0,9}}(?:{_LITERAL}|{PLACEHOLDER}(?!\*|CHAR\b"
          rf"|VARCHAR)(?P<u>(?=[^\s()]{{0,64}}\d)[^\s'\",;():.&]{{3,64}}))\s{{0,9}}\)",
          strict=False),
    _rule("password-option", "password", ("phrase",), r"(?<![A-Z0-9_.-])PHRASE\(\s{0,9}'(?P<v>[^'\n]{9,100})'\s{0,9}\)"),
    _rule("logon-command", "password", ("logon", "/sign", "nodeid", "signon", "password"),
          r"(?:^[ \t]{0,20}LOGON\s{1,9}[A-Z0-9@#$]{1,8}/|\bDATA\(\s?['\"][A-Z0-9@#$]{1,8}/"
          r"|^[ \t]{0,20}/SIGN\s{1,9}ON\s{1,9}[A-Z0-9@#$]{1,8}\s{1,9}"
          r"|\b(?:[SP]NODEID|SIGNON\s{1,9}USERID)\s?=\s?\([A-Z0-9@#$]{1,64},"
          r"|^[ \t]{1,20}PASSWORD[ \t]{1,9}(?=[A-Z0-9@#$]{4,8}[ \t]{0,80}$)(?=[A-Z@#$]{0,7}\d))"
          r"(?P<v>[A-Z0-9@#$]{3,64})", _IM, strict=False),
    _rule("sql-with-password", "password", ("password",),
          rf"\b(?:WITH|ENCRYPTED|LOGIN|ROLE)\s{{1,20}}PASSWORD\s{{0,9}}=?\s{{0,9}}{_LITERAL}"),
    _rule("jdbc-thin", "password", ("jdbc:oracle",),
          r"jdbc:oracle:(?:thin|oci8?):(?P<n>[A-Z0-9_$#]{1,64})/" + PLACEHOLDER + r"(?P<v>[^\s/@'\"]{2,64})@"),
    _rule("login-argument", "password", ("sqlplus", "sqlldr", "userid=", "rman", "impdp", "expdp"),
          r"(?:\bsqlplus\s{1,9}(?:-[a-z]{1,9}\s{1,9}){0,4}|\b(?:userid"
          r"|rman\s{1,9}target)\s{0,9}=?\s{0,9}['\"]?)(?P<n>[A-Z0-9_$#]{1,64})/"
          + PLACEHOLDER + r"(?P<v>[^\s/@'\",;]{3,64})(?=@|[\s'\",;]|$)", _IM),
    _rule("command-password", "password", ("sshpass", "curl ", "-password=", "mysql", "machine "),
          r"(?:\bsshpass\s{1,9}-p\s{0,9}['\"]?|\bcurl\s[^\n]{0,200}?\s-u\s{0,9}['\"]?[^\s:'\"]{1,64}:|--(?:ftp-)?password=['\"]?"
          r"|\bmysql(?:dump|admin)?\s[^\n]{0,120}?\s-p(?=[A-Z0-9])"
          r"|\bmachine\s{1,9}\S{1,80}\s{1,40}login\s{1,9}\S{1,64}\s{1,40}password\s{1,9})"
          + _BARE),
    _rule("ftp-login", "password", ("ftp",),
          r"(?:^|\n)(?:\s{0,9}(?:quote\s{1,9})?USER\s{1,9}(?!ID\b)[A-Z0-9@#$._-]{2,40}(?:[ \t]{1,9}"
          r"|\s{0,9}\n\s{0,9}(?:quote\s{1,9})?PASS\s{1,9})"
          rf"{_BARE}[ \t]{{0,80}}\n)", before=4_000, after=4_000),
    _rule("ftp-login", "password", ("pgm=ftp",),
          r"\bPGM=FTP\b[^\n]{0,80}\n(?://[^\n]{0,80}\n){0,8}?//(?:\S{1,8}\.)?(?:INPUT|SYSIN)\s{1,9}DD\s{1,9}\*[^\n]{0,80}\n"
          r"(?:[A-Z0-9][A-Z0-9.-]{2,60}(?:\s\d{1,5})?[ \t]{0,80}\n)?" + _NO_FTP
          + r"[A-Z0-9@#$._-]{2,40}(?:[ \t]{1,9}|[ \t]{0,80}\n)" + _NO_FTP
          + rf"{_BARE}[ \t]{{0,80}}\n", after=1_500),
    _rule("ftp-login", "password", ("'pass ", '"pass '), r"(?<=['\"])PASS\s{1,4}(?=[^\s'\"]{0,64}\d)(?P<v>[^\s'\"]{4,64})(?="
          r"['\"])"),
    _rule("declared-password", "password", _WORDS,
          rf"\b(?:DCL(?:-[SC])?|DECLARE|CONSTANTS?:?|DATA:?|STATICS:?|PARAMETERS:?|CLASS-DATA:?)\s{{1,40}}[\w-]{{0,30}}?{_SLOT}"
          rf"[^;\n'\"]{{0,80}}?\b(?:INZ|INIT(?:IAL)?|VALUE|DEFAULT|CONST)\s{{0,9}}\(?\s{{0,9}}{_LITERAL}"),
    _rule("declared-password", "password", _WORDS,
          rf"^[^\n]{{0,6}}D\s?[ ]{{0,9}}[\w#@$]{{0,20}}?{_SLOT}\s[^\n]{{0,50}}?\b(?:INZ|CONST)\({_LITERAL}\)", _IM),
    _rule("declared-password", "password", _WORDS,
          rf"\bMOVEL?(?:\(P\))?\s{{1,20}}{_LITERAL}\s{{1,20}}[\w#@$]{{0,10}}?{_SLOT}"),
    _rule("declared-password", "password", _WORDS,
          rf"^[\w#@$]{{0,30}}?{_SLOT}\s{{1,20}}DC\s{{1,20}}C(?:L\d{{1,3}})?{_LITERAL}", _IM),
    _rule("call-with-login", "password", ("getconnection", "set_authentication", ".login", "authentication", "create_credential",
                                               "simple_bind", "ftpsetuser"),
          r"(?:\bgetConnection|\bset_authentication|\.login|\bPasswordAuthentication|\bcreate_credential"
          r"|\bsimple_bind(?:_s)?|\bFtpSetUser)"
          r"(?:\s{0,9}\(|\s{1,9})[^()'\"\n]{0,80}"
          rf"(?:[\"'][^\"'\n]{{0,200}}[\"']\s{{0,9}},\s{{0,9}}){{1,3}}{_LITERAL}(?:\.toCharArray\(\))?\s{{0,9}}(?:\)|$)", _IM),
    _rule("call-with-login", "password", ("security_credentials", "setpassword", "set_password"),
          rf"\b(?:SECURITY_CREDENTIALS\s{{0,9}},|set_?Passw\w{{0,20}}\s{{0,9}}\()\s{{0,9}}{_LITERAL}"),
    _rule("password-assigned", "password", _WORDS,
          rf"{_SLOT}[\"']?\s{{0,20}}(?::=|==?|:|=>|\?=)\s{{0,20}}{_LITERAL}", strict=False),
    _rule("password-assigned", "password", _WORDS,
          rf"(?<=['\"]){_SLOT}[\"']\s{{0,20}},\s{{0,20}}{_LITERAL}", strict=False),
    _rule("password-in-text", "password", ("password", "passwd", "pwd", "apikey", "api-key", "api_key"),
          rf"(?:(?<![A-Z0-9_-])|^(?:export\s{{1,9}}|set\s{{1,9}})?[A-Z0-9_]{{1,40}}?)(?:PASSWORD|PASSWD|PWD"
          rf"|API[_-]?KEY)\s{{0,20}}[=:]\s{{0,20}}(?={PLACEHOLDER})"
          r"(?=[^\s;,'\"]{0,200}\d)(?=[^\s;,'\"]{0,200}[A-Z])(?P<v>[^\s;,'\"()]{6,200})", _IM),
    _rule("sql-password-hash", "hash", ("identified",),
          r"\bIDENTIFIED\s{1,20}BY\s{1,20}(?:VALUES|PASSWORD)\s{1,20}'(?P<v>[A-F0-9S:;*T]{16,400})'"),
)
NAMES: tuple[str, ...] = tuple(dict.fromkeys(rule.name for rule in RULES))
