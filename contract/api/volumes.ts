// Volumes and layers of a case, as binary, for the viewer.
export const volumeRoutes = {}
