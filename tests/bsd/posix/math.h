/* math.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_MATH_H
#define NEAP_STUB_MATH_H

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define HUGE_VAL __builtin_huge_val()
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf(x)
#define isfinite(x) __builtin_isfinite(x)

double fabs(double);
double floor(double);
double ceil(double);
double sqrt(double);
double log(double);
double log2(double);
double exp(double);
double pow(double, double);
double round(double);
double trunc(double);
double fmod(double, double);
double fmin(double, double);
double fmax(double, double);
double ldexp(double, int);
double frexp(double, int *);
double modf(double, double *);
double cos(double);
double sin(double);
long lround(double);
long long llround(double);

#endif
