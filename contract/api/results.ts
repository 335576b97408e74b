// Evaluations, their comparison, pseudo-label review, prediction and export.
export const resultRoutes = {}
