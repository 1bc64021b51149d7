/* ctype.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_CTYPE_H
#define NEAP_STUB_CTYPE_H

int isalnum(int);
int isalpha(int);
int isdigit(int);
int isprint(int);
int isspace(int);
int isupper(int);
int islower(int);
int isxdigit(int);
int iscntrl(int);
int tolower(int);
int toupper(int);

#endif
