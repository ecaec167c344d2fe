"""Verbs that learn from text or prepare it: train, plan, extend, autotune; phrases, cooccur, audit."""
