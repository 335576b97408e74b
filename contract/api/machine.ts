// The machine that runs the host: folders to choose from, doctor, settings.
export const machineRoutes = {}
