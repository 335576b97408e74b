// The one kind of failure the set-up reports to a person: what is missing, and how to get it. No stack trace.

export class SetupError extends Error {}
