// Before anything is drawn: what needs a script shows, what stands in for it without one does not.
document.documentElement.classList.remove("no-script");
