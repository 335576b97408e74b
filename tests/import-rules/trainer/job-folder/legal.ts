export const claims = 'claims'
