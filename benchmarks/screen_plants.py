"""Secrets and personal data that were made up, for tests and measurements: what the screen should find, and where.

``OWN`` has an example or more for every rule of ours. ``FOREIGN`` was written from manuals' and issuers' descriptions of
where such values stand, before it was tried with any rule: what it measures is nearer to what a stranger's text does.
The value stands between « and », and nothing here was ever anybody's. Prefixes are put together at run time, so that no
scanner of this repository takes them for real.
"""

from __future__ import annotations

_A = "a1B2c3D4e5F6g7H8i9J0"

#: Rule -> texts that it is for.
OWN: dict[str, list[str]] = {
    "private-key": ["«-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\n-----END RSA " + "PRIVATE KEY-----»\n",
    "«PuTTY-User-" + "Key-File-3»: x"],
    "aws-key": ["key «AKIA" + "ABCDEFGHIJKLMNOP»"],
    "github-token": ["«ghp_" + "a1" * 18 + "»", "«github_pat_" + "A1" * 22 + "»"],
    "gitlab-token": ["«glpat-" + "a1" * 10 + "»"],
    "slack-token": ["«xoxb-" + "1" * 12 + "»"],
    "google-key": ["«AIza" + "a1B_-" * 7 + "»"],
    "stripe-key": ["«sk_live_" + "a1" * 8 + "»"],
    "model-key": ["«sk-" + "a1" * 12 + "»", "«sk-proj-" + "a1" * 12 + "»"],
    "hub-token": ["«hf_" + "aB" * 16 + "»"],
    "jwt": ["«eyJhbGciOiJIUzI1." + "eyJzdWIiOiJIUzI1.abcdefgh12»"],
    "authorization": ["Authorization: Bearer «abcdef0123456789»", "authorization = 'Basic «dXNlcjpwYXNz»'"],
    "address-with-password": ["postgres://admin:«hunter22»@db.example.org/pay", "ftp://u:«se-cret»@host/x"],
    "connection-string": ["Server=db;Database=pay;User Id=sa;Password=«hunter22»;", "'DSN=PAYROLL;UID=PAYUSR;PWD=«hunter22»'"],
    "sql-identified-by": ["CREATE USER pay IDENTIFIED BY «hunter22»;",
          "CREATE DATABASE LINK hq CONNECT TO pay IDENTIFIED BY \"«Hunter22»\" USING 'hq';"],
    "sql-connect": ["connect scott/«t1gress»@orcl", "           EXEC SQL CONNECT pay/«hunter22» END-EXEC."],
    "jcl-password": ["//PAY JOB (ACCT),USER=PAYUSR,PASSWORD=«HUNTER22»",
          "//PAY JOB (ACCT),USER=PAYUSR,PASSWORD=(«HUNTER22»,NEWPASS1)"],
    "cobol-password": ["           MOVE '«HUNTER22»' TO WS-PASSWORD.", "       01 WS-DB-PASSWD PIC X(8) VALUE \"«hunter22»\".",
                       "           IF USER-PWD = '«HUNTER22»' PERFORM A.", "           IF '«HUNTER22»' = USER-PWD PERFORM A.",
                       "           05 DB-PASSWORD\n              PIC X(20)\n              VALUE '«hunter22»'.",
                       "           EVALUATE WS-PASSWORD\n               WHEN '«HUNTER22»' PERFORM A.",
                       "           STRING '«HUNTER22»' DELIMITED BY SIZE INTO WS-PASSWORD.",
                       "       01 WS-KENNWORT PIC X(8) VALUE '«GEHEIM22»'."],
    "sql-connect-using": ["           EXEC SQL CONNECT TO :DB USER 'PAYUSR' USING '«HUNTER22»' END-EXEC.",
                          "db2 connect to PAYDB user payusr using «hunter22»"],
    "password-option": ["CRTUSRPRF USRPRF(PAYUSR) PASSWORD(«HUNTER22»)", "  ALTUSER PAYUSR PASSWORD(«HUNTER22»)",
                        "  DEFINE CLUSTER(NAME(PAY.KSDS) MASTERPW(«HUNTER22»))"],
    "sql-with-password": ["CREATE ROLE pay LOGIN PASSWORD '«hunter22»';"],
    "jdbc-thin": ["url = \"jdbc:oracle:thin:pay/«hunter22»@//db:1521/orcl\""],
    "login-argument": ["sqlplus -s pay/«hunter22»@orcl", "sqlldr userid=pay/«hunter22» control=a.ctl"],
    "command-password": ["sshpass -p «hunter22» ssh host", "curl -s -u pay:«hunter22» https://host/x",
    "machine host login pay password «hunter22»"],
    "ftp-login": ["* ftp to the bank\nUSER PAYUSR «hunter22»\n", "ftp -n host <<E\nquote USER payusr\nquote PASS «hunter22»\nE\n",
                  "//FTP EXEC PGM=FTP,REGION=4M\n//OUTPUT DD SYSOUT=*\n//INPUT DD *\nftp.bank.example\nPAYUSR «HUNTER22»\nbi"
                  "nary\nquit\n/*\n",
                  "//FTP EXEC PGM=FTP\n//INPUT DD *\nftp.bank.example\nPAYUSR\n«HUNTER22»\nquit\n/*\n"],
    "declared-password": ["dcl-s dbPassword char(10) inz('«hunter22»');", "CONSTANTS gc_password TYPE string VALUE '«hunter22»'.",
                          "DCL DB_PASSWORD CHAR(8) INIT('«HUNTER22»');",
                                "     D PASSWORD        S             10A   INZ('«HUNTER22»')",
                          "     C                   MOVEL     '«HUNTER22»'    PASSWD", "PASSWORD DC    CL8'«HUNTER22»'"],
    "call-with-login": ["c = DriverManager.getConnection(\"jdbc:db2://h/p\", \"pay\", \"«hunter22»\");",
                        "utl_http.set_authentication(l_req, 'pay', '«hunter22»');"],
    "password-assigned": ["password = '«hunter22»'", "v_password := '«hunter22»';", '"api_key": "«0123456789»"',
    "lv_password = '«hunter22»'.",
                          "props.put(\"password\", \"«hunter22»\");", " S PASSWORD=\"«hunter22»\""],
    "logon-command": ["LOGON PAYUSR/«HUNTER22» ACCT(PAY)", "  SUBMIT PROC=SEND SNODEID=(PAYUSR,«HUNTER22»)"],
    "password-in-text": ["Log in with password: «Hunter22abc»"],
    "sql-password-hash": ["ALTER USER pay IDENTIFIED BY VALUES '«F894844C34402B67»';"],
}

#: Secrets by their issuers' and vendors' descriptions.
FOREIGN: list[str] = [
    "aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzKEYabcde»", "AWS_ACCESS_KEY_ID=«AKIA" + "Q7XZ3YJ5K2L4M6N8»",
    "DefaultEndpointsProtocol=https;AccountName=pay;AccountKey=«" + _A * 4 + "abcdef==»;EndpointSuffix=core.windows.net",
    "«SG." + _A + "ab." + _A * 2 + "abc»", "«dop_v1_" + "0a1b2c3d" * 8 + "»",
    "//registry.npmjs.org/:_authToken=«npm_" + _A + "K1l2M3n4O5p6Q7r8»",
    "«hvs.CAESI" + _A * 4 + "»", "bot: «123456789:AA" + _A + "k1L2m3N4o5P6q»", "«shpat_" + "0a1b2c3d" * 4 + "»",
    "export PGPASSWORD=«Tr0ub4dor3x»",
    "MYSQL_PWD=«Tr0ub4dor3x» mysql -u root pay", "db.example.org:5432:pay:payusr:«Tr0ub4dor3x»",
          "spring.datasource.password=«Tr0ub4dor3x»",
    "«-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n----"
                             "-END OPENSSH PRIVATE KEY-----»",
    "https://hooks.slack.com/services/«T01234567/B01234567/" + _A + "k1L2»",
    "git clone https://oauth2:«glpat-" + _A + "»@gitlab.com/pay/pay.git",
    "    EXEC CICS SIGNON USERID('PAYUSR') PASSWORD('«TR0UB4D»') END-EXEC.",
          "    EXEC CICS VERIFY USERID(WS-U) PASSWORD('«TR0UB4D»') END-EXEC",
    "/SIGN ON PAYUSR «TR0UB4D»", "LOGON PAYUSR/«TR0UB4D» ACCT(PAY)",
          " ADDUSER PAYUSR NAME('PAY') DFLTGRP(PAY) PASSWORD(«TR0UB4D»)",
    " ALTUSER PAYUSR PHRASE('«correct horse battery 9»')", "//STEP1 EXEC PGM=IKJEFT01,PARM='LOGON'\n//SYSTSIN DD *\n PROFILE"
          " NOPREFIX\n PASSWORD «TR0UB4D»\n",
    "   SIGNON USERID=(PAYUSR,«TR0UB4D») NODE=CD.PROD", "  SUBMIT PROC=SEND SNODEID=(PAYUSR,«TR0UB4D»)",
    "//FTPSTEP EXEC PGM=FTP,PARM='10.1.2.3 (EXIT'\n//INPUT DD *\nPAYUSR\n«tr0ub4d»\nPUT 'PAY.OUT' out.txt\nQUIT\n",
    "CHGUSRPRF USRPRF(PAYUSR) PASSWORD('«TR0UB4D»')", "ADDSVRAUTE USRPRF(PAY) SERVER(HQ) USRID(PAYUSR) PASSWORD('«Tr0ub4d»')",
    "RUNRMTCMD CMD('DIR') RMTLOCNAME(HQ *IP) RMTUSER(PAYUSR) RMTPWD('«Tr0ub4d»')",
          "     C                   EVAL      wkPassword = '«Tr0ub4d»'",
    "     D dbPwd           C                   CONST('«Tr0ub4d»')",
          "           EXEC SQL CONNECT TO HQ USER PAYUSR USING '«TR0UB4D»' END-EXEC",
    "           CALL 'DSNALI' USING 'CONNECT' 'DB2P'.\n           MOVE '«TR0UB4D»' TO PASSWORD OF USER-REC.",
    "       77  W-PASSWD             PIC X(08) VALUE '«TR0UB4D»'.",
          "       01  LOGON-DATA.\n           05  LOGON-USER  PIC X(8) VALUE 'PAYUSR'.\n           05  LOGON-PSWD  PIC X(8) "
          "VALUE '«TR0UB4D»'.",
    "           MOVE \"«tr0ub4d»\" TO WS-FTP-PASSWORD", "           IF WS-IN-PASSWORD NOT = '«TR0UB4D»' GO TO 9000-ABORT.",
    "           SET MQCSP-PASSWORD TO '«TR0UB4D»'.", "           MOVE '«TR0UB4D»' TO DB2-PASS.",
    "  CALL FUNCTION 'RFC_SYSTEM_INFO' DESTINATION 'HQ'\n    EXPORTING user = 'PAYUSR' password = '«Tr0ub4d»'.",
    "  DATA(lv_pw) = `«Tr0ub4d»`. \" password of the interface user", "  PARAMETERS p_passwd TYPE xubcode DEFAULT '«Tr0ub4d»'.",
    "  lo_client->authenticate( username = 'PAYUSR' password = '«Tr0ub4d»' ).",
          "ALTER USER pay IDENTIFIED BY \"«Tr0ub4d!»\" REPLACE \"old\";",
    "CREATE PUBLIC DATABASE LINK hq CONNECT TO pay IDENTIFIED BY «tr0ub4d» USING 'HQ'",
          "GRANT CONNECT TO pay IDENTIFIED BY «tr0ub4d»;",
    "  l_ret := dbms_ldap.simple_bind_s(l_ses, 'cn=admin,dc=x', '«Tr0ub4d»');",
          "  apex_util.create_user(p_user_name => 'PAY', p_web_password => '«Tr0ub4d»');",
    "  utl_tcp.write_line(c, 'PASS «Tr0ub4d»');", "  dbms_credential.create_credential('HQ', 'payusr', '«Tr0ub4d»');",
    "conn sys/«tr0ub4d» as sysdba",
    "exp userid=pay/«tr0ub4d»@hq file=pay.dmp", "rman target sys/«tr0ub4d»@hq",
          "  return new PasswordAuthentication(\"pay\", \"«Tr0ub4d»\".toCharArray());",
    "  env.put(Context.SECURITY_CREDENTIALS, \"«Tr0ub4d»\");", "  ds.setPassword(\"«Tr0ub4d»\");",
          "  String url = \"jdbc:mysql://db/pay?user=pay&password=«Tr0ub4d»\";",
    "  private static final String DB_PASSWORD = \"«Tr0ub4d»\";", "  char[] storePass = \"«Tr0ub4d»\".toCharArray();",
    "  session.setPassword( \"«Tr0ub4d»\" );",
    "  HttpRequest req; req.setHeader('Authorization', 'Basic «cGF5dXNyOlRyMHViNGQ=»');",
          "userid = 'PAYUSR'; passwd = '«TR0UB4D»'",
    "call FtpSetUser host, 'PAYUSR', '«TR0UB4D»'", "\"LOGON APPLID(TSO) DATA('PAYUSR/«TR0UB4D»')\"",
    " S VERIFY=\"«TR0UB4D»\" ; verify code",
    " O \"TCP\":(ip:port:\"password=«tr0ub4d»\")", "   PWD='«TR0UB4D»'", "DCL PASSWD CHAR(8) STATIC INIT ('«TR0UB4D»');",
    "APIPWD   DC    C'«TR0UB4D»'",
    "«-----BEGIN ENCRYPTED " + "PRIVATE KEY-----\nMIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI\n-----END ENCRYPTED PRIVA"
                               "TE KEY-----»",
]

#: Rule -> texts: personal data. None of these numbers was given out; check digits are right.
PERSONAL: dict[str, list[str]] = {
    "card-number": ["card «4539 3195 0343 6467»", "       01 WS-CARD-NUM PIC X(16) VALUE '«4539319503436467»'."],
    "iban": ["01 WS-IBAN PIC X(22) VALUE '«DE68210501700012345678»'.", "IBAN: «GB33 BUKB 2020 1555 5555 55»"],
    "us-ssn": ["SSN «512-45-6788»", "05 WS-SSN PIC 9(9) VALUE «512456788»."],
    "german-tax-id": ["Steuer-ID: «65 929 970 489»"], "spanish-id": ["DNI «48291637D»"],
    "french-nir": ["NIR «2 55 08 14 168 025 38»"], "codice-fiscale": ["«VRDLGI80A01F205H»"],
    "dutch-bsn": ["BSN: «736160231»"], "uk-nino": ["national insurance no «JG 10 37 59 A»"], "uk-nhs": ["NHS «943 476 5919»"],
    "brazilian-cpf": ["«935.411.347-80»"], "swiss-ahv": ["AHV «756.1234.5678.97»"], "polish-pesel": ["PESEL «44051401359»"],
    "belgian-number": ["rijksregisternummer «85.07.30-033.28»"], "canadian-sin": ["SIN «193-456-787»"],
    "swedish-number": ["personnummer «811218-9876»"],
    "passport": ["passport no. «C4718293»"], "bank-account": ["ACCOUNT-NO VALUE '«8391726455»'"],
    "e-mail": ["* «jane.roe@payroll-systems.de»"], "phone": ["call «+49 30 901820»", "Tel.: «030 / 901820»"],
    "ip-address": ["host «193.99.144.80»"], "date-of-birth": ["DATE-OF-BIRTH VALUE '«1961-07-14»'",
    "geboren/Geburtsdatum: «14.07.1961»"],
}

#: Names of people in comments: (language, rule, text).
PEOPLE: list[tuple[str, str, str]] = [
    ("cobol", "author-paragraph", "       IDENTIFICATION DIVISION.\n       PROGRAM-ID. PAY.\n       AUTHOR. «JANE ROE».\n"),
    ("cobol", "author-paragraph", "       AUTHOR.\n           «J. ROE».\n       DATE-WRITTEN. 1991.\n"),
    ("cobol", "change-log", "      * 12/03/1998 «J. SMITH»   NEW TAX TABLE\n"), ("cobol", "change-log",
    "      * 1998-03-12  «Jane Q. Roe»  new table\n"),
    ("cobol", "change-log", "      *  «J. ROE»   03/12/98  NEW TABLE\n"), ("cobol", "author-tag",
          "      * MODIFIED BY: «JANE ROE»   ON 03/12/98\n"),
    ("java", "author-tag", "/**\n * @author «Jane Roe»\n */\n"), ("jcl", "author-tag", "//* AUTHOR: «J.ROE»\n"), ("rexx",
    "author-tag", "/* Written by «Jane Roe» */\n"),
    ("plsql", "author-tag", "-- Created by: «Jane van der Roe»\n"), ("abap", "author-tag", "* Autor: «Roe, Jane»\n"), ("pli",
    "author-tag", " * AUTHOR :  «JANE ROE»\n"),
    ("mumps", "routine-initials", "DGREG ;ALB/«JDS» - REGISTER PATIENT ; 11/20/01\n"), ("hlasm", "author-tag",
    "*  PROGRAMMER: «Jane Roe»\n"),
]

#: What only speaks of such things.
HARMLESS: list[tuple[str, str]] = [
    ("cobol", "           MOVE SPACES TO WS-PASSWORD.\n           MOVE WS-IN-PASSWORD TO WS-PASSWORD.\n"), ("cobol",
    "       01 WS-PASSWORD-PROMPT PIC X(20) VALUE 'PASSWORD:'.\n"),
    ("cobol", "       05 WS-PASSWORD-LEN PIC X(3) VALUE '008'.\n"), ("cobol", "           DISPLAY 'ENTER PASSWORD'.\n"),
    ("cobol", "           MOVE 'Enter your password' TO WS-MSG.\n"),
    ("cobol", "000100 01 WS-NUMBER PIC 9(16) VALUE 1234567890123456.\n"), ("cobol",
          "      * 12/03/1998 ADDED NEW FIELD FOR TAX\n"), ("cobol", "      * 03/12/98 INITIAL VERSION\n"),
    ("cobol", "       AUTHOR. IBM CORPORATION.\n       DATE-WRITTEN. 1998.\n"), ("cobol",
          "      * Copyright (c) 1998 Jane Roe\n"),
    ("jcl", "//STEP1 EXEC PGM=IEFBR14\n//DD1 DD DSN=SYS1.PASSWORD,DISP=SHR\n"), ("jcl",
          "//JOB1 JOB (A),USER=&SYSUID,PASSWORD=&PWD\n"),
    ("plsql", "  l_password := get_password(p_user);\n  if p_password is null then raise e; end if;\n"), ("plsql",
    "CREATE USER x IDENTIFIED BY &pwd;\nCREATE USER y IDENTIFIED EXTERNALLY;\n"),
    ("java", "map.put(\"password\", \"error.password.missing\");\nString passwordField = \"user.password\";\n"), ("java",
    "String v = \"1.2.3.4\"; // version 4.11.2.1\nuuid = \"123e4567-e89b-12d3-a456-426614174000\";\n"),
    ("java", "// mail support@example.org or noreply@github.com, see 192.168.0.1 and 127.0.0.1\n"), ("rexx",
    "parse pull password\nif password = '' then exit\n"),
    ("java", "long big = 4111111111111112L; // 555-0123\n"), ("hlasm", "         DC    X'00000001000000020000000300000004'\n"),
    ("java", "double area = \"πr²\".length(); // µs, Ω, naïve café\n"),
]


def planted(text: str) -> tuple[str, int, int]:
    """The text without its two marks, and where the value stands in it."""
    start = text.index("«")
    end = text.index("»") - 1
    return text.replace("«", "").replace("»", ""), start, end
