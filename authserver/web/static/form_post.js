// Sends the answer on to the application at once; without scripts a person presses the button.
document.getElementById("form-post").submit();
