r"""The calls that `provenance.steps.poison.sinks` knows, as data: one tuple of rules a language.

A pattern with a quote in it is matched with the strings left in, any other without their insides. A text in which none
of a rule's keys occurs (lower case; the rule's name where none are given) cannot match it and is not searched. A rule
named "*" is named by what its group found. Sources: the manuals of the languages; which calls matter is a choice.

    >>> [(rule.name, rule.keys) for rule in TABLES["pli"] if rule.family == "submit-job"]
    [('INTRDR', ('intrdr',))]
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of call: its name, what it does, how it is written, and what must be in a text that has it."""

    name: str
    family: str
    pattern: str
    keys: tuple[str, ...]


def _rule(name: str, family: str, pattern: str, *keys: str) -> Rule:
    return Rule(name, family, pattern, keys or (name.lower(),))


def _calls(family: str, verb: str, *names: str) -> Rule:
    """Programs that are called by a literal name."""
    known = "|".join(name.replace("$", "[$]") for name in names)
    return Rule("*", family, rf"\b({verb}\s*[\"'](?:{known})\s*[\"'])", tuple(name.lower() for name in names))


def _words(family: str, *words: str) -> Rule:
    """Words that say it all."""
    known = "|".join(word.replace(" ", r"\s+") for word in words)
    return Rule("*", family, rf"(?<![\w$#@-])({known})(?![\w$#@-])", tuple(word.lower().split()[0] for word in words))


def _functions(family: str, *names: str) -> Rule:
    """Functions that are called by a plain name."""
    return Rule("*", family, rf"(?<![\w.>])({'|'.join(names)})\s*\(", tuple(name.lower().split("[")[0] for name in names))


TABLES: dict[str, tuple[Rule, ...]] = {
    "sql": (_rule("EXECUTE IMMEDIATE", "run-sql", r"\bEXECUTE\s+IMMEDIATE\b", "immediate"),
            _rule("PREPARE FROM", "run-sql", r"\bEXEC\s+SQL\s+PREPARE\s+[\w-]+\s+(?:INTO\s+[^.;]{1,80}?)?FROM\b", "prepare")),
    "cobol": (_calls("run-command", r"CALL", "SYSTEM", "C$SYSTEM", "CBL_EXEC_RUN_UNIT", "CBL_GC_FORK", "BPX1EXC", "BPX1SPN",
                     "BPX1SYS", "IKJEFTSR", "IKJEFTSI", "IRXEXEC", "IRXJCL", "QCMDEXC", "QCAPCMD", "POPEN", "EXECVP"),
              _rule("CALL X'91'", "run-command", r"\bCALL\s+X[\"']91[\"']", "'91'", '"91"'),
              _calls("network", r"CALL", "EZASOKET", "EZACICSO", "SOCKET", "CONNECT"),
              _calls("files", r"CALL", "CBL_DELETE_FILE", "CBL_RENAME_FILE", "CBL_COPY_FILE", "C$DELETE", "CBL_CHANGE_DIR"),
              _rule("INTRDR", "submit-job", r"[\"'][^\"'\n]{0,40}\bINTRDR\b"),
              _rule("EXEC CICS SPOOLOPEN", "submit-job", r"\bEXEC\s+CICS\s+SPOOLOPEN\b", "spoolopen"),
              _rule("EXEC CICS WEB", "network", r"\bEXEC\s+CICS\s+WEB\s+(?:OPEN|CONVERSE|SEND)\b", "web"),
              _rule("CALL by a name in data", "by-name", r"\bCALL\s+(?!X[\"'])[A-Z][\w-]*", "call")),
    "abap": (_rule("CALL 'SYSTEM'", "run-command", r"\bCALL\s+'SYSTEM'", "'system'"),
             _calls("run-command", r"CALL\s+FUNCTION", "SXPG_COMMAND_EXECUTE", "SXPG_CALL_SYSTEM", "SXPG_COMMAND_EXECUTE_LONG",
                    "RFC_REMOTE_EXEC"),
             _calls("run-code", r"CALL\s+FUNCTION", "RFC_ABAP_INSTALL_AND_RUN"),
             _words("run-code", "GENERATE SUBROUTINE POOL", "INSERT REPORT", "GENERATE REPORT"),
             _rule("OPEN DATASET FILTER", "run-command", r"\bOPEN\s+DATASET\b[^.]{0,300}?\bFILTER\b", "filter"),
             _words("files", "OPEN DATASET", "DELETE DATASET"), _words("run-sql", "EXEC SQL"),
             _rule("CL_SQL_STATEMENT", "run-sql", r"\bCL_SQL_(?:STATEMENT|CONNECTION)\b", "cl_sql_"),
             _rule("CL_HTTP_CLIENT", "network", r"\bCL_(?:HTTP|WEB_HTTP)_CLIENT\w*\s*=>", "http_client"),
             _rule("CALL FUNCTION DESTINATION", "network", r"\bCALL\s+FUNCTION\b[^.]{0,120}?\bDESTINATION\b", "destination"),
             _rule("dynamic call", "by-name", r"\b(?:CALL\s+METHOD|PERFORM|SUBMIT|CREATE\s+OBJECT\s+\S+\s+TYPE)"
                   r"\s+\(\s*[\w-]+\s*\)",
                   "call", "perform", "submit", "create"),
             _calls("submit-job", r"CALL\s+FUNCTION", "JOB_SUBMIT", "JOB_CLOSE")),
    "plsql": (_rule("EXECUTE IMMEDIATE", "run-sql", r"\bEXECUTE\s+IMMEDIATE\b", "immediate"),
              _rule("DBMS_SQL", "run-sql", r"\bDBMS_SQL\s*\.\s*\w+"), _words("run-sql", "DBMS_SYS_SQL"),
              _words("submit-job", "DBMS_SCHEDULER", "DBMS_JOB"), _words("run-command", "DBMS_JAVA", "DBMS_JAVA_TEST"),
              _rule("LANGUAGE JAVA", "run-code", r"\bLANGUAGE\s+(?:JAVA|C)\s+(?:NAME|LIBRARY)\b", "language"),
              _rule("CREATE LIBRARY", "run-code", r"\bCREATE\s+(?:OR\s+REPLACE\s+)?LIBRARY\b", "library"),
              _rule("HOST", "run-command", r"^[ \t]*(?:HOST[ \t]+\S|![ \t]*\w)", "host", "!"),
              _words("network", "UTL_HTTP", "UTL_TCP", "UTL_SMTP", "UTL_INADDR", "UTL_MAIL", "DBMS_LDAP", "HTTPURITYPE",
                     "APEX_WEB_SERVICE"),
              _words("files", "UTL_FILE", "BFILENAME", "DBMS_XSLPROCESSOR"),
              _rule("CREATE DIRECTORY", "files", r"\bCREATE\s+(?:OR\s+REPLACE\s+)?DIRECTORY\b", "directory"),
              _rule("GRANT", "privilege", r"\bGRANT\s+(?:DBA|ALL\s+PRIVILEGES|SYSDBA|EXECUTE\s+ANY|SELECT\s+ANY)\b")),
    "java": (_rule("Runtime.exec", "run-command", r"\bgetRuntime\s*\(\s*\)", "getruntime"),
             _words("run-command", "ProcessBuilder"),
             _words("run-code", "ScriptEngine", "ScriptEngineManager", "GroovyShell", "JavaCompiler", "getSystemJavaCompiler",
                    "defineClass", "URLClassLoader", "Unsafe"),
             _rule("System.load", "run-code", r"\bSystem\s*\.\s*load(?:Library)?\s*\(", "load"),
             _words("tls-off", "X509TrustManager", "X509ExtendedTrustManager", "TrustAllStrategy", "TrustSelfSignedStrategy",
                    "NoopHostnameVerifier", "ALLOW_ALL_HOSTNAME_VERIFIER", "setHostnameVerifier", "setDefaultHostnameVerifier",
                    "HostnameVerifier"),
             _rule("Class.forName", "by-name", r"\bClass\s*\.\s*forName\s*\(", "forname"), _words("by-name", "setAccessible"),
             _rule("Method.invoke", "by-name", r"\bgetDeclared(?:Method|Constructor)s?\s*\(", "getdeclared"),
             _words("deserialise", "ObjectInputStream", "XMLDecoder", "InitialContext", "InitialDirContext"),
             _rule("network", "network", r"\b(?:new\s+(?:Server|Datagram)?Socket|openConnection|openStream|HttpClient|"
                                         r"RestTemplate)\b",
                   "socket", "openconnection", "openstream", "httpclient", "resttemplate"),
             _rule("files", "files", r"\b(?:FileOutputStream|FileWriter|RandomAccessFile|"
                                     r"Files\s*\.\s*(?:write\w*|delete\w*|move))\b",
                   "fileoutputstream", "filewriter", "randomaccessfile", "files")),
    "apex": (_words("run-code", "executeAnonymous"),
             _rule("callout", "network", r"\b(?:new\s+Http(?:Request)?\s*\(|setEndpoint\s*\(|WebServiceCallout\b)", "http",
                   "setendpoint", "webservicecallout"),
             _words("network", "sendEmail"),
             _rule("dynamic query", "by-name", r"\bDatabase\s*\.\s*(?:query\w*|countQuery)\s*\(", "database"),
             _rule("Type.forName", "by-name", r"\bType\s*\.\s*forName\s*\(", "forname"),
             _rule("deserializeUntyped", "deserialise", r"\bJSON\s*\.\s*deserialize\w*\s*\(", "deserialize")),
    "rexx": (_rule("ADDRESS", "run-command", r"\bADDRESS\s+[\"']?(?:SYSTEM|CMD|COMMAND|SH|BASH|PATH|ENVIRONMENT|REXX|UNIX|"
                                             r"LINK\w*|ATTACH\w*|TSO|SYSCALL|SDSF|CONSOLE|BATCH)\b"),
             _rule("ADDRESS by a name", "by-name", r"\bADDRESS\s*(?:\(|VALUE\b)", "address"),
             _rule("INTERPRET", "run-code", r"(?<![\w.])INTERPRET\s+(?!=)"),
             _functions("run-command", "BPXWUNIX", "POPEN"), _words("run-code", "RxFuncAdd"),
             _functions("files", "LINEOUT", "CHAROUT", "SysFileDelete"), _functions("network", "SOCKET", "RxSock", "SockSocket")),
    "mumps": (_rule("OPEN a pipe", "run-command", r"\bO(?:PEN)?\b[^\n]{0,200}\"PIPE\"", '"pipe"'),
              _rule("$ZF", "run-command", r"\$ZF\s*\("),
              _rule("OPEN a socket", "network", r"\bO(?:PEN)?\b[^\n]{0,200}\"SOCKET\"", '"socket"'),
              _rule("$&", "run-code", r"\$&\w")),
    "c": (_functions("run-command", "system", "popen", "execl", "execlp", "execle", "execv", "execvp", "execve", "posix_spawn",
                     "posix_spawnp", "WinExec", "ShellExecute[AW]?", "CreateProcess[AW]?"),
          _functions("run-code", "dlopen", "dlsym", "mprotect", "VirtualAlloc", "VirtualProtect", "LoadLibrary[AW]?"),
          _functions("network", "socket", "connect", "getaddrinfo", "curl_easy_perform"),
          _functions("files", "unlink", "remove", "rename", "chmod"), _functions("privilege", "setuid", "seteuid"),
          _rule("TLS off", "tls-off", r"\b(?:SSL_VERIFY_NONE|CURLOPT_SSL_VERIFY(?:PEER|HOST)\s*,\s*0)", "ssl_verify")),
    "jcl": (_rule("*", "run-command", r"\b(PGM=\*?(?:IKJEFT01|IKJEFT1[AB]|BPXBATCH|BPXBATSL|BPXBATA2|AOPBATCH|IRXJCL|"
                                     r"COZBATCH))\b",
                  "pgm="),
            _rule("INTRDR", "submit-job", r"\bINTRDR\b"),
            _rule("operator command", "run-command", r"^(?:/\*\$|//[ \t]+COMMAND[ \t]+')", "/*$", "command"),
            _rule("PGM=FTP", "network", r"\bPGM=(?:FTP|EZAFTP\w*|SFTP)\b", "ftp"), _rule("IDCAMS", "files", r"\bPGM=IDCAMS\b"),
            _rule("AMASPZAP", "run-code", r"\bPGM=(?:AMASPZAP|IMASPZAP)\b", "maspzap")),
    "cl": (_words("run-command", "QCMDEXC", "QCAPCMD", "STRQSH", "QSH", "STRREXPRC", "SBMRMTCMD", "RUNRMTCMD", "STRPCCMD"),
           _words("submit-job", "SBMJOB", "ADDJOBSCDE"), _words("run-sql", "RUNSQL"), _words("network", "FTP", "STRTCPFTP"),
           _words("privilege", "CRTUSRPRF", "CHGUSRPRF", "GRTOBJAUT", "ADDEXITPGM")),
    "rpg": (_rule("QCMDEXC", "run-command", r"(?<![\w-])(?:QCMDEXC|QCAPCMD)\b", "qcmdexc", "qcapcmd"),
            _rule("EXTPROC('system')", "run-command", r"[\"'](?:QSYS/)?(?:QCMDEXC|QCAPCMD|QzshSystem|system)\s*[\"']", "qcmdexc",
                  "qcapcmd", "qzshsystem", "'system"),
            _functions("run-command", "system", "QzshSystem"), _functions("network", "socket", "connect"),
            _functions("files", "unlink")),
    "pli": (_rule("*", "run-command", r"\b(CALL\s+(?:SYSTEM|PLITSO|IKJEFTSR|IRXEXEC))\b", "call"),
            _rule("INTRDR", "submit-job", r"\bINTRDR\b"), _words("network", "EZASOKET")),
    "hlasm": (_rule("MODESET", "privilege", r"^[\w$#@]*[ \t]+MODESET[ \t]"),
              _rule("MGCRE", "run-command", r"^[\w$#@]*[ \t]+(?:MGCRE?|SVC[ \t]+34)\b", "mgcr", "svc"),
              _rule("SVC", "by-name", r"^[\w$#@]*[ \t]+SVC[ \t]"),
              _words("run-command", "IRXEXEC", "IKJEFTSR", "BPX1EXC", "BPX1SPN"),
              _rule("INTRDR", "submit-job", r"\bINTRDR\b"), _rule("EZASMI", "network", r"^[\w$#@]*[ \t]+EZASMI[ \t]")),
}
TABLES["cpp"] = TABLES["c"]

#: Statements that ask for an authority and do nothing else: fewer of them in a child is a fact, whatever the reason.
CHECKS: dict[str, tuple[tuple[str, str], ...]] = {
    "abap": (("AUTHORITY-CHECK", r"\bAUTHORITY-CHECK\s+OBJECT\b"),),
    "apex": (("with sharing", r"\bwith\s+sharing\b"), ("SECURITY_ENFORCED", r"\bWITH\s+(?:SECURITY_ENFORCED|USER_MODE)\b"),
             ("isAccessible", r"\.\s*is(?:Accessible|Createable|Updateable|Deletable)\s*\("),
             ("stripInaccessible", r"\bstripInaccessible\s*\(")),
    "cobol": (("EXEC CICS QUERY SECURITY", r"\bEXEC\s+CICS\s+QUERY\s+SECURITY\b"),
              ("EXEC CICS VERIFY", r"\bEXEC\s+CICS\s+VERIFY\s+(?:PASSWORD|PHRASE|TOKEN)\b")),
    "java": (("@PreAuthorize", r"@(?:PreAuthorize|PostAuthorize|RolesAllowed|Secured)\b"),
             ("checkPermission", r"\bcheckPermission\s*\(")),
    "plsql": (("AUTHID CURRENT_USER", r"\bAUTHID\s+CURRENT_USER\b"), ("DBMS_ASSERT", r"\bDBMS_ASSERT\s*\.")),
    "hlasm": (("RACROUTE", r"^[\w$#@]*[ \t]+RACROUTE[ \t]"),),
}
