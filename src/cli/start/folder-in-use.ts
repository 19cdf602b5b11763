/** The exit status of a keeper program when another keeper owns its folder. */
export const FOLDER_IN_USE = 3;
