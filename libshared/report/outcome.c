#include "report/outcome.h"

enum verdict
outcome_unsigned(const struct verdicts *v)
{
	return v->message == VERDICT_MALFORMED_MESSAGE ? v->message :
							 VERDICT_UNSIGNED;
}

bool
outcome_counts(const struct result_one *r, const struct acceptance *a)
{
	if (result_of(r) != RESULT_PASS)
		return false;
	if (a->domain.n > 0 && !span_eq(a->domain, buf_span(&r->sig.ascii)))
		return false;
	return !a->aligned || r->aligned == ALIGNED_STRICT ||
	    (r->aligned == ALIGNED_RELAXED && !a->strict);
}

enum result
outcome_of(const struct verdicts *v, const struct acceptance *a)
{
	enum result first;

	for (size_t i = 0; i < v->n; i++)
		if (outcome_counts(&v->v[i], a))
			return RESULT_PASS;
	for (size_t i = 0; i < v->n; i++)
		if (result_of(&v->v[i]) == RESULT_TEMPERROR)
			return RESULT_TEMPERROR;
	if (v->n > 0) {
		first = result_of(&v->v[0]);
		return first == RESULT_PASS ? RESULT_POLICY : first;
	}
	return verdict_result(v->skipped > 0 ? VERDICT_TOO_MANY :
					       outcome_unsigned(v));
}
