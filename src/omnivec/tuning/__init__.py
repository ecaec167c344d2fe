"""Options found by trying them: trained on one text, judged by another."""
